// The types of Compose's `build`. Owns only what YAML type may stand where; container/build.ts judges values.

import { z } from 'zod';
import { flag, listOrMap, numberLike, strings, text } from './schema-parts.ts';

const buildKitOnly = "Needs BuildKit, which the engine's own builder does not have.";

export const build = z.union([
  text,
  z.strictObject({
    context: text.optional().describe('Folder, or a git or tar URL that the engine fetches (.).'),
    dockerfile: text.optional().describe('Dockerfile, relative to the context (Dockerfile).'),
    dockerfile_inline: text.optional().describe('Its text, in place of a file.'),
    args: listOrMap.optional().describe('Build arguments; one without a value takes it from the shell.'),
    target: text.optional().describe('Stage of the Dockerfile to stop at.'),
    labels: listOrMap.optional().describe('Labels of the image.'),
    network: text.optional().describe('Network of RUN: none, host, or the name of a network.'),
    extra_hosts: z
      .union([strings, z.record(z.string(), z.union([text, strings]))])
      .optional()
      .describe('Further host names for RUN.'),
    cache_from: strings.optional().describe('Images whose layers may be used again.'),
    tags: strings.optional().describe('Further names of the image.'),
    shm_size: numberLike.optional().describe('Size of /dev/shm of RUN.'),
    ulimits: z
      .record(z.string(), z.union([numberLike, z.strictObject({ soft: numberLike, hard: numberLike })]))
      .optional()
      .describe('Limits of processes of RUN.'),
    platforms: strings.optional().describe("Platforms; the engine's own builder makes one image."),
    pull: flag.optional().describe('true: ask for newer bases at each build.'),
    no_cache: flag.optional().describe('true: use no layer of a build before.'),
    isolation: text.optional().describe('Way of isolation of RUN; on Linux only default.'),
    privileged: flag.optional().describe(buildKitOnly),
    secrets: z.array(z.unknown()).optional().describe(buildKitOnly),
    ssh: z.unknown().optional().describe(buildKitOnly),
    additional_contexts: listOrMap.optional().describe(buildKitOnly),
    entitlements: strings.optional().describe(buildKitOnly),
    cache_to: strings.optional().describe(buildKitOnly),
    no_cache_filter: z.unknown().optional().describe(buildKitOnly),
    provenance: z.unknown().optional().describe(buildKitOnly),
    sbom: z.unknown().optional().describe(buildKitOnly),
  }),
]);
