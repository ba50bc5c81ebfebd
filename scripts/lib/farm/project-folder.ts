// A folder to run a platform of Compose files from without writing beside them: the files by links, our own files beside
// them, and whatever their mounts ask for. Makes folders and files in the scratch folder and nowhere else.

import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { type ComposeProject, loadComposeProject } from '../../../desired-state/compose/project.ts';
import { load } from '../../../desired-state/load.ts';
import { repository } from '../node-modules.ts';
import { farmTags } from './stand-ins.ts';

/** Our own files: the Platform, what mends the platform's files, their variables and configuration files. */
const own = join(repository, 'test/platform');

const main = 'docker-compose.yml';
/** Files that are added to the main one as changes, in this order. */
export const changes = ['override', 'infrastructure', 'monitoring'] as const;
export type Change = (typeof changes)[number];

export interface ProjectFolder {
  readonly path: string;
  /** One project a file, and one of all agents: the images that they ask for are to be made. */
  readonly projects: readonly ComposeProject[];
}

/** Lays out `folder` (which may be there already) for the platform whose files are in `real`. */
export async function layOut(real: string, folder: string): Promise<ProjectFolder> {
  await mkdir(folder, { recursive: true });
  const files = (await readdir(real)).filter((name) => /^docker-compose.*\.ya?ml$/.test(name));
  for (const name of files) {
    if (!existsSync(join(folder, name))) await symlink(join(real, name), join(folder, name));
  }
  await cp(own, folder, { recursive: true, filter: (path) => !path.endsWith('.ts') });
  await cp(join(own, 'variables.env'), join(folder, '.env'));
  const read = (name: string): ComposeProject =>
    loadComposeProject({ files: [join(folder, name)], cwd: folder, env: process.env });
  await writeFile(join(folder, 'agents.yaml'), agentsFile(files, read));
  const projects: ComposeProject[] = [];
  for (const [file, images] of [
    [main, 'images.yaml'],
    ['agents.yaml', 'images.agents.yaml'],
    ...changes.map((change) => [`docker-compose.${change}.yml`, `images.${change}.yaml`] as const),
  ] as const) {
    if (!existsSync(join(folder, file))) continue;
    const project = read(file);
    projects.push(project);
    await writeFile(join(folder, images), imagesFile(project));
  }
  return { path: folder, projects };
}

/** The services of all phases, each by `extends`: what another file names as well goes by a name of its own. */
function agentsFile(files: readonly string[], read: (name: string) => ComposeProject): string {
  const phases = files.filter((name) => /\.phase/.test(name)).sort();
  const taken = new Set(
    files.filter((name) => !phases.includes(name)).flatMap((name) => [...read(name).services.keys()]),
  );
  const lines = phases.flatMap((file) =>
    [...read(file).services.keys()].map(
      (name) => `  ${taken.has(name) ? `${name}-agent` : name}: {extends: {file: ${file}, service: ${name}}}`,
    ),
  );
  return ['services:', ...lines, ''].join('\n');
}

/** Each service's image of the farm, in place of what its file pulls or builds. */
function imagesFile(project: ComposeProject): string {
  const tags = farmTags(project);
  const lines = [...project.services].flatMap(([name, service]) => {
    const builds = service.entries.has('build');
    if (!builds && !service.entries.has('image')) return [];
    return `  ${name}: {image: "${tags.get(name)}"${builds ? ', build: !reset null' : ''}}`;
  });
  return lines.length === 0 ? 'services: {}\n' : ['services:', ...lines, ''].join('\n');
}

/** What mounts ask for and is not there is made: a file where the name looks like one, else a folder. */
export async function makeMountSources(folder: string, manifests: readonly string[]): Promise<void> {
  const result = await load({ paths: manifests, cwd: folder, env: process.env, digest: () => '' });
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
