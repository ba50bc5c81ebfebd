// Labels and options of networks and volumes, which are set when they are made: what is not as declared, by key.

type Pairs = Readonly<Record<string, string>>;

/** Labels of the engine's tools and reeve's own: never a difference. */
const othersLabels = ['reeve.', 'com.docker.', 'desktop.docker.io/', 'io.podman.'];

/** Neither the manifest's nor the image's. */
export function isOthersLabel(key: string): boolean {
  return othersLabels.some((prefix) => key.startsWith(prefix));
}

/** Keys with another value, keys missing, and keys that nobody declares any more unless they are others'. */
export function pairDifferences(
  word: 'label' | 'option' | 'ipam option',
  wanted: Pairs,
  found: Pairs,
  isOthers: (key: string) => boolean,
): string[] {
  const differing = Object.keys(wanted).filter((key) => found[key] !== wanted[key]);
  const left = Object.keys(found).filter((key) => !(key in wanted) && !isOthers(key));
  return [...differing, ...left].map((key) => `${word} ${key}`);
}
