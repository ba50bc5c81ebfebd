// The Platform's settings of images as written; their defaults are in revision.ts.

import { z } from 'zod';
import { duration } from './parts.ts';

export const imagesFields = z.strictObject({
  rewrite: z
    .record(z.string().min(1), z.string().min(1))
    .optional()
    .describe(
      'Other names to fetch images by: "docker.io/*: mirror.example/*". Names are full ones (postgres is docker.io/library/postgres); the longest rule that fits goes. What is built here keeps its name.',
    ),
  pulls: z.int().min(1).max(32).optional().describe('Images pulled at once (4).'),
  builds: z.int().min(1).max(16).optional().describe('Images built at once (2).'),
  checkEvery: duration
    .optional()
    .describe(
      'How often a running controller asks the registries whether a tag means another image by now, which it proposes and never takes (24h); 0s: never.',
    ),
});
export type ImagesFields = z.infer<typeof imagesFields>;
