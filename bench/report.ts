// docs/performance.md, made from the rows of a full run. The words about the rows are here, the figures only in the rows.

import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import type { BareEngine } from './bare.ts';
import { cellsOf, isBroken, notesOf, type Row, whereOf } from './table.ts';

const path = join(import.meta.dirname, '../docs/performance.md');

const opening = `# Performance

Made by \`npm run bench\` from one full run; not to be edited. Every figure is of that run, on the machine named below. Where
there is a reference, both were measured in it, in turns: the ratio says more than the milliseconds, which are the machine's.
A figure is a median, with the range behind it. ✓ within its bound, ✗ beyond it, – nothing to judge by.`;

const references = `## The references

- **Bare**: the calls alone, by raw \`node:http\` over the engine's socket, nothing planned, stored or told. For an apply at the
  best of 1, 2, 4, 8 and 16 in flight; for a change the same calls that reeve makes.
- **Bare listener**: a process that starts a container when its \`die\` event comes.
- **docker-compose 1.29** of Debian, **Compose v5** built from its module where Go is to be had. One that takes longer than 120 s
  or refuses is said to, and judges nothing.
- **restart: always**, the engine's own, at the first restart of a container. **Swarm**: one node on an engine of its own; it starts
  another container where reeve starts the same one.
- **The stand-in**: 10,000 containers run on no machine of ours. A small program speaks the part of the Engine API that reeve
  needs to keep containers; none runs behind it. So these rows tell what reeve takes, and nothing about an engine of that size.

## What is measured

- **apply**: from the first engine call to the answer of the last start. **All run, from the command on**: from the process's
  start to the engine's stamp of the last container's start, of reeve and of the quickest Compose alike. **The whole command**: to
  the process's end; not judged, for reeve's waits until all is ready, a second after the last start at least, and \`up -d\` does not.
- **one change among 100**: the environment of one service. *Kept*: a controller takes in the saved file; from the list call that
  it begins with to the answer of the new container's start. *From the shell*: an apply, from its first engine call, so with all
  that it takes to get to know 100 containers. The old one is removed when the new one has stayed up (\`minReadySeconds\`).
- **kill → running**: from the engine's stamp of the kill to that of the start.
- **nothing to do inside the loop**: list, plan, what there is to store. One call more than a list breaks the bound.
- **events/s**: every event is about one of reeve's containers and makes what it knows of it old. Once a second a container really
  ends; the figure is the longest that one waited for its start. A container forgotten, or an event unread at the end, breaks
  the bound.
- **events stored durably**: by a process that is killed with \`kill -9\`; what it had acknowledged must be there.`;

/** Writes the page. */
export async function writeReport(rows: readonly Row[], engine: BareEngine): Promise<void> {
  const broken = rows.filter(isBroken).length;
  const verdict =
    broken === 0 ? 'All bounds hold.' : `${broken} of ${rows.length} rows are beyond their bounds.`;
  const where = whereOf(rows).map(
    ([title, ...lines]) => `- ${title}\n${lines.map((l) => `  - ${l}`).join('\n')}`,
  );
  const parts = [
    opening,
    `${await machine(engine)}\n\n${verdict}`,
    table(rows),
    ...(where.length > 0 ? [`## Beyond their bounds\n\n${where.join('\n')}`] : []),
    references,
    `## Notes to the rows\n\n${notesOf(rows)
      .map((note) => `- ${cell(note)}`)
      .join('\n')}`,
  ];
  await writeFile(path, `${parts.join('\n\n')}\n`);
}

async function machine(engine: BareEngine): Promise<string> {
  const { Version } = await engine.json<{ Version: string }>('GET', '/version');
  const { PRETTY_NAME = 'Linux' } = Object.fromEntries(
    readFileSync('/etc/os-release', 'utf8')
      .split('\n')
      .map((line) => line.split('=').map((part) => part.replaceAll('"', ''))),
  );
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  const day = new Date().toISOString().slice(0, 10);
  return `${day} · ${PRETTY_NAME} · ${cpus().length} cores, ${memory} GiB · Docker ${Version} · Node ${process.versions.node}`;
}

function table(rows: readonly Row[]): string {
  const head = ['', 'row', 'reeve', 'reference', 'figure', 'bound'];
  const lines = [head, head.map(() => '---'), ...rows.map(cellsOf)];
  return lines.map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
