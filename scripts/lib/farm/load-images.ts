// Images that share one layer, given to the engine in one `docker load`: a tar of the layer and of a configuration each.

import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { askEngine } from '../docker-api.ts';
import { type ImageEntry, imageTar } from '../import-image.ts';

export interface LayeredImage {
  readonly tag: string;
  readonly entrypoint: readonly string[];
  readonly env: readonly string[];
}

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Equal entries and images give equal image ids: loading them again changes nothing. */
export async function loadImages(
  socket: string,
  entries: readonly ImageEntry[],
  images: readonly LayeredImage[],
): Promise<void> {
  const layer = await buffer(imageTar(entries));
  const diffId = `sha256:${sha256(layer)}`;
  const configs = images.map(({ tag, entrypoint, env }) => {
    const text = JSON.stringify({
      architecture: architectures[process.arch],
      os: 'linux',
      config: { Env: env, Entrypoint: entrypoint },
      rootfs: { type: 'layers', diff_ids: [diffId] },
      history: [{ created_by: 'one layer for all' }],
    });
    return { tag, text, path: `${sha256(text)}.json` };
  });
  const manifest = configs.map(({ tag, path }) => ({
    Config: path,
    RepoTags: [tag],
    Layers: ['layer.tar'],
  }));
  const files = new Map(configs.map(({ path, text }) => [path, text]));
  const answer = await askEngine(
    socket,
    'POST',
    '/images/load?quiet=1',
    imageTar([
      ...[...files].map(([path, text]) => ({ path, text })),
      { path: 'layer.tar', content: layer },
      { path: 'manifest.json', text: JSON.stringify(manifest) },
    ]),
  );
  const error = /"error":"([^"]*)"/.exec(answer.body)?.[1];
  if (error !== undefined) throw new Error(`loading images: ${error}`);
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
