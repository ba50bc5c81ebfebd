// Which entries of a folder are manifests.

/** Of YAML, and not hidden: what an editor keeps beside a file, a log and a state folder are none. */
export function isManifestName(name: string): boolean {
  return /^[^.].*\.ya?ml$/.test(name);
}
