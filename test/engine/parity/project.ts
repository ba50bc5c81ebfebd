// The parity table as a project in a folder: docker-compose.yml with what 1.29 knows, newer.yml with the rest.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { created, networks, newer, started, volumes } from './cases.ts';

export interface Names {
  readonly project: string;
  readonly folder: string;
  /** A block device of the machine. */
  readonly disk: string;
  /** What the networks' addresses begin with in place of the table's own: an engine takes each range once. */
  readonly addresses?: readonly [v4: string, v6: string];
}

export const files = ['docker-compose.yml', 'newer.yml'];

/** As they are written in the table. */
const ownAddresses = ['10.213.2', 'fd00:213:'] as const;

/** Names of the project's own that stand for themselves in the table. */
export function named(text: string, { project, folder, disk, addresses = ownAddresses }: Names): string {
  return text
    .replaceAll(ownAddresses[0], addresses[0])
    .replaceAll(ownAddresses[1], addresses[1])
    .replaceAll('FOLDER', folder)
    .replaceAll('DISK', disk)
    .replaceAll('OUTSIDE', `${project}-outside`)
    .replaceAll('FRONT', `${project}_front`)
    .replaceAll('PROJECT', project);
}

export async function writeProject(names: Names): Promise<void> {
  const { folder } = names;
  await mkdir(join(folder, 'made'));
  await writeFile(join(folder, 'one.env'), 'A=from file\nB=from file\n');
  await writeFile(join(folder, 'two.env'), 'C=3\n');
  await writeFile(join(folder, 'token'), 'secret\n');
  await writeFile(join(folder, 'settings'), 'a = 1\n');
  await writeFile(join(folder, 'profile.json'), '{\n "defaultAction": "SCMP_ACT_ALLOW"\n}\n');
  const services = (of: Readonly<Record<string, string>>): string[] =>
    Object.entries(of).map(([name, yaml]) => `  ${name}: {image: "reeve-test:1", ${yaml}}`);
  const parts = (of: Readonly<Record<string, string>>): string[] =>
    Object.entries(of).map(([name, yaml]) => `  ${name}: {${yaml}}`);
  const old = [
    'services:',
    ...services({ ...created, ...started }),
    ...['networks:', ...parts(networks), 'volumes:', ...parts(volumes)],
    'secrets: {token: {file: ./token}}',
    'configs: {settings: {file: ./settings}}',
  ];
  const yamlOfNewer = Object.fromEntries(Object.entries(newer).map(([name, { yaml }]) => [name, yaml]));
  const young = ['services:', ...services(yamlOfNewer)];
  await writeFile(join(folder, 'docker-compose.yml'), named(`${old.join('\n')}\n`, names));
  await writeFile(join(folder, 'newer.yml'), named(`${young.join('\n')}\n`, names));
}
