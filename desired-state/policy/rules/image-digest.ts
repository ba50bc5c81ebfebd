// A tag can be moved, a digest cannot. reeve itself keeps what a tag meant with the revision: allowed unless chosen.

import { placeOf, type Rule } from '../rule.ts';

export const imageDigest: Rule = {
  name: 'imageDigest',
  words: 'names its image by tag and not by digest',
  remedy: 'write NAME:TAG@sha256:…; reeve plan shows what the tag means now',
  standard: 'allow',
  check: (workload) => {
    const image = workload.imageWritten ?? workload.container.image;
    const found = workload.build === undefined && !image.includes('@sha256:');
    return found ? [{ detail: image, ...placeOf(workload, 'image') }] : [];
  },
};
