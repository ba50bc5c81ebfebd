// The image farm: every image that a platform's files ask for, made on this machine. Debian's own program where it has
// one; for all others one small program, in one layer that they share.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianTree } from '../debian.ts';
import { type DemoImage, makeImages, nginx, postgres, prometheus, redis } from '../demo-images.ts';
import { askEngine, engineSocket } from '../docker-api.ts';
import type { ImageEntry } from '../import-image.ts';
import { baseEntries } from '../rootfs.ts';
import { exporters, exporterTree } from './exporters.ts';
import { loadImages } from './load-images.ts';
import { brokers, rabbitmq, rabbitmqTree } from './rabbitmq.ts';
import { type FarmImage, farmPrefix } from './stand-ins.ts';

/** By the image's full name; some differ by the tag. */
const real: Readonly<Record<string, DemoImage | ((tag: string) => DemoImage)>> = {
  'docker.io/library/postgres': postgres,
  'docker.io/library/redis': redis,
  'docker.io/library/nginx': nginx,
  'docker.io/prom/prometheus': prometheus,
  'docker.io/prom/alertmanager': exporters.alertmanager,
  'docker.io/prom/blackbox-exporter': exporters.blackbox,
  'docker.io/prom/node-exporter': exporters.node,
  'docker.io/prometheuscommunity/postgres-exporter': exporters.postgres,
  'docker.io/oliver006/redis_exporter': exporters.redis,
  'docker.io/library/rabbitmq': rabbitmq,
};

/** Made of Debian trees of their own, for the farm alone; the others are the demo's. */
const ownTrees: readonly { readonly images: readonly DemoImage[]; readonly tree: () => Promise<string> }[] = [
  { images: Object.values(exporters), tree: exporterTree },
  { images: brokers, tree: rabbitmqTree },
];
const farmOnly = ownTrees.flatMap(({ images }) => images);

/** Names under which programs and healthchecks call the stand-in. */
const callNames = ['curl', 'perl', 'python', 'python3', 'node', 'pip', 'uvicorn', 'streamlit'];
const toolNames = ['ollama', 'consul', 'kong', 'rabbitmq-diagnostics', 'semgrep'];

const path = '/usr/local/bin:/usr/bin:/bin';

/** Makes what is missing; says how many of each sort the farm has. */
export async function makeFarm(
  images: readonly FarmImage[],
): Promise<{ readonly real: number; readonly standIns: number }> {
  const socket = engineSocket();
  const programs = images.flatMap((image) => {
    const recipe = recipeOf(image);
    return recipe === undefined ? [] : [{ tag: image.tag, recipe }];
  });
  const recipes = [...new Set(programs.map(({ recipe }) => recipe))];
  await makeImages(recipes.filter((recipe) => !farmOnly.includes(recipe)));
  for (const { images: made, tree } of ownTrees)
    await makeImages(
      made.filter((recipe) => recipes.includes(recipe)),
      tree,
    );
  for (const { tag, recipe } of programs) await tagImage(socket, recipe.tag, tag);
  const others = images.filter((image) => recipeOf(image) === undefined);
  await loadImages(socket, await standInEntries(others), others.map(standIn));
  return { real: programs.length, standIns: others.length };
}

/** Removes the farm's tags, the programs made for it alone, and what a platform built; the demo's images stay. */
export async function removeFarm(platform: string): Promise<void> {
  const socket = engineSocket();
  const references = [
    ...['*/*', '*/*/*', '*/*/*/*', '*/*/*/*/*'].map((rest) => `${farmPrefix}${rest}`),
    `${platform}-*`,
  ];
  const filters = JSON.stringify({ reference: references });
  const { body } = await askEngine(socket, 'GET', `/images/json?filters=${encodeURIComponent(filters)}`);
  const found = JSON.parse(body) as readonly { readonly RepoTags: readonly string[] | null }[];
  const made = farmOnly.map(({ tag }) => tag);
  const ours = new RegExp(`^(?:${farmPrefix}|${platform}-)`);
  const tags = found.flatMap(({ RepoTags }) => RepoTags ?? []).filter((tag) => ours.test(tag));
  for (const tag of [...tags, ...made]) {
    await askEngine(socket, 'DELETE', `/images/${encodeURIComponent(tag)}`, undefined, [404]);
  }
}

function recipeOf({ tag }: FarmImage): DemoImage | undefined {
  const at = tag.lastIndexOf(':');
  const name = tag.slice(farmPrefix.length, at);
  const recipe = Object.hasOwn(real, name) ? real[name] : undefined;
  return typeof recipe === 'function' ? recipe(tag.slice(at + 1)) : recipe;
}

function standIn({ tag, ports }: FarmImage): {
  tag: string;
  entrypoint: readonly string[];
  env: readonly string[];
} {
  return { tag, entrypoint: ['/usr/local/bin/stand-in', ports.join(' ')], env: [`PATH=${path}`] };
}

async function standInEntries(images: readonly FarmImage[]): Promise<readonly ImageEntry[]> {
  const paths = [...new Set(images.flatMap(({ healthPaths }) => healthPaths))].sort();
  const program = readFileSync(join(import.meta.dirname, 'stand-in.sh'), 'utf8');
  return [
    ...(await baseEntries(await debianTree(['busybox-static']))),
    { path: 'usr/local/bin/stand-in', text: program, mode: 0o755 },
    ...[...callNames, ...toolNames].map((name) => ({ path: `usr/local/bin/${name}`, link: 'stand-in' })),
    { path: 'srv/www/index.html', text: 'ok\n' },
    ...paths.map((asked) => ({ path: `srv/www${fileOf(asked, paths)}`, text: 'ok\n' })),
  ];
}

/** A path that others lie below is a folder with a page of its own. */
function fileOf(asked: string, all: readonly string[]): string {
  const isFolder = asked.endsWith('/') || all.some((other) => other.startsWith(`${asked}/`));
  return isFolder ? `${asked.replace(/\/$/, '')}/index.html` : asked;
}

async function tagImage(socket: string, from: string, to: string): Promise<void> {
  const at = to.lastIndexOf(':');
  const query = new URLSearchParams({ repo: to.slice(0, at), tag: to.slice(at + 1) });
  await askEngine(socket, 'POST', `/images/${encodeURIComponent(from)}/tag?${query}`);
}
