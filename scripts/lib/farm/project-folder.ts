// A folder to run a platform of Compose files from without writing beside them: the files by links, our own files beside
// them, and whatever their mounts ask for. Makes folders and files in the scratch folder and nowhere else.

import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { isMap, parseDocument, stringify } from 'yaml';
import { type ComposeProject, loadComposeProject } from '../../../desired-state/compose/project.ts';
import { load } from '../../../desired-state/load.ts';
import { repository } from '../node-modules.ts';
import { farmBuilds } from './stand-ins.ts';

/** Our own files: the Platform, what mends the platform's files, their variables and configuration files. */
const own = join(repository, 'test/platform');

const main = 'docker-compose.yml';
const mend = 'mend.yaml';
const agentsName = 'agents.yaml';
/** Files that are added to the main one as changes, in this order. */
const changes = ['override', 'infrastructure', 'monitoring'] as const;
export type Change = (typeof changes)[number];

/**
 * Lays out `folder` for the platform whose files are in `real`. Gives the main project, one with each change, and one a
 * phase of agents: the images that they ask for are to be made.
 */
export async function layOut(real: string, folder: string): Promise<readonly ComposeProject[]> {
  const files = await linkFiles(real, folder);
  // What mends is written with the manifest, by the files that it names.
  await cp(own, folder, { recursive: true, filter: (path) => basename(path) !== mend });
  await cp(join(own, 'variables.env'), join(folder, '.env'));
  const read = (...names: readonly string[]): ComposeProject => readProject(folder, names);
  const phases = phasesOf(files);
  const agents = phases.map((file) => ({ file, project: read(file) }));
  const others = [read(main), ...changesOf(folder).map((change) => read(main, fileOf(change)))];
  const projects = [...others, ...agents.map(({ project }) => project)];
  await writeFile(join(folder, agentsName), agentsFile(agents, others));
  for (const project of projects) await writeContexts(folder, project);
  return projects;
}

/** The platform's files and nothing of ours: all of them as one platform. */
export async function layOutBare(real: string, folder: string): Promise<void> {
  const linked = await linkFiles(real, folder);
  const files = [main, ...changesOf(folder).map(fileOf), ...phasesOf(linked)];
  const manifest = {
    apiVersion: 'reeve/v1',
    kind: 'Platform',
    metadata: { name: 'sutazai' },
    spec: { compose: files },
  };
  await writeFile(join(folder, 'reeve.yaml'), stringify(manifest));
}

/** Links to the platform's Compose files, in a folder (which may be there already) where others may lie beside them. */
async function linkFiles(real: string, folder: string): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const files = (await readdir(real)).filter((name) => /^docker-compose.*\.ya?ml$/.test(name));
  for (const name of files) {
    await rm(join(folder, name), { force: true });
    await symlink(join(real, name), join(folder, name));
  }
  return files;
}

function readProject(folder: string, names: readonly string[]): ComposeProject {
  const files = names.map((name) => join(folder, name));
  return loadComposeProject({ files, cwd: folder, env: process.env });
}

/**
 * What mends the platform's files, without the services that these files do not have (a change that is not added yet,
 * another version of the platform): alone they would be services without an image.
 */
async function mendFile(folder: string, files: readonly string[]): Promise<string> {
  const { services } = readProject(folder, files);
  const document = parseDocument(await readFile(join(own, mend), 'utf8'));
  const mended = document.get('services');
  if (!isMap(mended)) throw new Error(`${mend} has no services`);
  for (const { key } of [...mended.items]) if (!services.has(String(key))) mended.delete(key);
  return document.toString();
}

/** Files of agents, phase by phase. */
function phasesOf(files: readonly string[]): readonly string[] {
  return files.filter((name) => /\.phase/.test(name)).sort();
}

/** Those of the changes that the laid out platform has a file for. */
export function changesOf(folder: string): readonly Change[] {
  return changes.filter((change) => existsSync(join(folder, fileOf(change))));
}

function fileOf(change: Change): string {
  return `docker-compose.${change}.yml`;
}

/** The services of all phases, each by `extends`: what another file names as well goes by a name of its own. */
function agentsFile(
  agents: readonly { readonly file: string; readonly project: ComposeProject }[],
  others: readonly ComposeProject[],
): string {
  const taken = new Set(others.flatMap(({ services }) => [...services.keys()]));
  const lines = agents.flatMap(({ file, project }) =>
    [...project.services.keys()].map(
      (name) => `  ${taken.has(name) ? `${name}-agent` : name}: {extends: {file: ${file}, service: ${name}}}`,
    ),
  );
  return lines.length === 0 ? 'services: {}\n' : ['services:', ...lines, ''].join('\n');
}

/** A context for each build: a Dockerfile and nothing else, whatever programs write into the same folder. */
async function writeContexts(folder: string, project: ComposeProject): Promise<void> {
  for (const { from, context, dockerfile } of farmBuilds(project)) {
    const path = resolve(folder, context);
    if (!`${path}/`.startsWith(`${folder}/`)) continue;
    await mkdir(path, { recursive: true });
    await writeFile(join(path, dockerfile), `FROM ${from}\n`);
    await writeFile(join(path, '.dockerignore'), '*\n!Dockerfile*\n');
  }
}

/** The Platform's manifest with the changes' files merged after the main one, and what mends these. */
export async function writeManifest(
  folder: string,
  added: readonly Change[],
  name = 'sutazai',
): Promise<string> {
  const text = await readFile(join(own, 'reeve.yaml'), 'utf8');
  const files = [main, ...added.map(fileOf)];
  const lines = files.map((file) => `    - ${file}\n`);
  const path = join(folder, 'reeve.yaml');
  // Before the manifest: a controller that reads between the two keeps what it had.
  await replaceFile(join(folder, mend), await mendFile(folder, [...files, agentsName]));
  await replaceFile(
    path,
    text.replace(`    - ${main}\n`, lines.join('')).replace('name: sutazai', `name: ${name}`),
  );
  return path;
}

async function replaceFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new~`, text);
  await rename(`${path}.new~`, path);
}

/**
 * What mounts ask for and is not there is made: a file where the name looks like one, else a folder. Where the manifest
 * has mistakes nothing is: whoever applies it is told them.
 */
export async function makeMountSources(folder: string): Promise<void> {
  const result = await load({ paths: ['reeve.yaml'], cwd: folder, env: process.env, digest: () => '' });
  if (!result.ok) return;
  for (const resource of result.loaded.revision.resources) {
    if (!('container' in resource)) continue;
    for (const { type, source } of resource.container.mounts) {
      if (type !== 'bind' || source === undefined) continue;
      if (!source.startsWith(`${folder}/`) || existsSync(source)) continue;
      const isFile = extname(source) !== '';
      await mkdir(isFile ? dirname(source) : source, { recursive: true });
      if (isFile) await writeFile(source, emptyOf(source));
    }
  }
}

function emptyOf(path: string): string {
  return path.endsWith('.json') ? '{}\n' : '';
}
