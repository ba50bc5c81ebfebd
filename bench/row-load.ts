// Rows: loading and resolving Compose files, in this process: a platform of 123 services in several files, and one long
// file against the time that the YAML library alone takes for it.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { load } from '../desired-state/load.ts';
import { median, spread, timed } from './measure.ts';
import type { Row } from './table.ts';

const rounds = 9;
const platformBoundMs = 250;
const longBound = 1.5;
const linearBound = 1.3;

export async function loadRows(): Promise<readonly Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-bench-load-'));
  try {
    return [await platformRow(join(folder, 'platform')), ...(await longRows(join(folder, 'long')))];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** 54 services with an override, infrastructure and monitoring beside them, and three files of 23 agents. */
async function platformRow(folder: string): Promise<Row> {
  await mkdir(folder, { recursive: true });
  const files: string[] = [];
  const counts = { main: 34, infrastructure: 12, monitoring: 8, agents1: 23, agents2: 23, agents3: 23 };
  for (const [name, count] of Object.entries(counts)) {
    const file = join(folder, `${name}.yml`);
    await writeFile(file, composeFile(name, count));
    files.push(file);
  }
  const runs = await measured(() => loaded(folder, files));
  return {
    name: 'load and resolve 123 services in 6 files',
    measured: spread(runs),
    reference: '',
    figure: median(runs),
    bound: platformBoundMs,
    unit: 'ms',
    notes: [],
    where: [],
  };
}

async function longRows(folder: string): Promise<readonly Row[]> {
  await mkdir(folder, { recursive: true });
  const ratios: number[] = [];
  const each: number[] = [];
  let first: Row | undefined;
  for (const lines of [5_000, 20_000]) {
    const text = composeFile('long', Math.round(lines / linesOfService));
    const file = join(folder, `${lines}.yml`);
    await writeFile(file, text);
    const ours = await measured(() => loaded(folder, [file]));
    const yaml = await measured(async () => void parseDocument(text));
    ratios.push(median(ours) / median(yaml));
    each.push(median(ours) / lines);
    first ??= {
      name: `load a file of ${text.split('\n').length} lines`,
      measured: spread(ours),
      reference: `${spread(yaml)}, yaml's parseDocument`,
      figure: median(ours) / median(yaml),
      bound: longBound,
      unit: '×',
      notes: [],
      where: [],
    };
  }
  const [small = Number.NaN, large = Number.NaN] = each;
  return [
    ...(first === undefined ? [] : [first]),
    {
      name: 'linear to 20,000 lines',
      measured: `${(large * 1_000).toFixed(1)} µs a line`,
      reference: `${(small * 1_000).toFixed(1)} µs a line at 5,000`,
      figure: large / small,
      bound: linearBound,
      unit: '×',
      notes: [`against parseDocument: ${ratios.map((ratio) => ratio.toFixed(2)).join(' × and ')} ×`],
      where: [],
    },
  ];
}

async function loaded(folder: string, files: readonly string[]): Promise<void> {
  const result = await load({ paths: files, cwd: folder, env: {}, digest: (value) => String(value) });
  if (!result.ok) throw new Error(`the bench's own file is refused: ${result.diagnostics[0]?.message}`);
}

async function measured(work: () => Promise<void>): Promise<readonly number[]> {
  const runs: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const ms = await timed(work);
    if (round > 0) runs.push(ms);
  }
  return runs;
}

const linesOfService = 22;

function composeFile(name: string, count: number): string {
  const services = Array.from(
    { length: count },
    (_, i) => `  ${name}-${i}:
    image: registry.example/${name}:1.${i}
    container_name: bench-${name}-${i}
    restart: unless-stopped
    environment:
      LOG_LEVEL: \${LOG_LEVEL:-info}
      SERVICE_NAME: ${name}-${i}
      DATABASE_URL: postgresql://\${PGUSER:-app}:\${PGPASSWORD:-app}@postgres:5432/app
    volumes:
      - ./data/${name}-${i}:/data
      - shared:/shared
    networks: [backend]
    healthcheck:
      test: [CMD, curl, -f, http://localhost:8080/health]
      interval: 30s
      timeout: 10s
      retries: 3
    deploy:
      resources:
        limits: {cpus: '0.5', memory: 512M}
        reservations: {memory: 128M}
    labels: [tier=standard, part=${name}]
`,
  );
  return `services:\n${services.join('')}networks: {backend: {}}\nvolumes: {shared: {}}\n`;
}
