// `latest` means another image tomorrow. What is built here has no registry to move it.

import { placeOf, type Rule } from '../rule.ts';

/** `postgres`, `postgres:latest`; not `postgres:15`, nor anything with a digest. */
function isLatest(image: string): boolean {
  if (image.includes('@')) return false;
  const name = image.slice(image.lastIndexOf('/') + 1);
  return !name.includes(':') || name.endsWith(':latest');
}

export const latestTag: Rule = {
  name: 'latestTag',
  words: 'runs the tag latest, which means another image tomorrow',
  remedy: 'name a version (postgres:15.4)',
  standard: 'warn',
  // As it is written: a mirror (images.rewrite) has the same tags.
  check: (workload) => {
    const image = workload.imageWritten ?? workload.container.image;
    const found = workload.build === undefined && isLatest(image);
    return found ? [{ detail: image, ...placeOf(workload, 'image') }] : [];
  },
};
