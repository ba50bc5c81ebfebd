// An option as ssh reads it, which is a line of its configuration even where it is given with -o.

/** `NAME="VALUE"`: a value with spaces, quotes or percent signs in it is one, and means itself. */
export function sshOption(name: string, value: string): string {
  return `${name}="${value.replaceAll(/["\\]/g, '\\$&').replaceAll('%', '%%')}"`;
}
