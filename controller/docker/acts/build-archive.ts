// A build context as a tar stream, as Docker's CLI sends it: owned by root, links as links. One file at a time is read.

import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { type Pack, pack } from 'tar-stream';
import type { ContextEntry } from '../../../desired-state/build/context.ts';

type HeaderOf = Parameters<Pack['entry']>[0];

/** `onBroken`: a file could not be read, and the stream will not come to its end. */
export function packContext(entries: readonly ContextEntry[], onBroken: (error: Error) => void): Readable {
  const tar = pack();
  fill(tar, entries).catch((error: unknown) => {
    onBroken(error instanceof Error ? error : new Error(String(error)));
    tar.destroy();
  });
  return Readable.from(tar, { objectMode: false });
}

async function fill(tar: Pack, entries: readonly ContextEntry[]): Promise<void> {
  for (const entry of entries) {
    const about = { name: entry.name, mode: entry.mode, mtime: new Date(entry.mtimeMs), uid: 0, gid: 0 };
    switch (entry.kind) {
      case 'folder':
        tar.entry({ ...about, type: 'directory' });
        break;
      case 'link':
        tar.entry({ ...about, type: 'symlink', linkname: entry.target });
        break;
      case 'text':
        tar.entry(about, entry.text);
        break;
      case 'file':
        await addFile(tar, { ...about, size: entry.size }, entry.path);
        break;
    }
  }
  tar.finalize();
}

/** A file that grows meanwhile is sent as long as it was: the archive says its length before its content. */
async function addFile(tar: Pack, about: HeaderOf & { size: number }, path: string): Promise<void> {
  if (about.size === 0) {
    tar.entry(about, '');
    return;
  }
  await new Promise<void>((resolve, reject) => {
    const sink = tar.entry(about, (error) => (error ? reject(error) : resolve()));
    const source = createReadStream(path, { end: about.size - 1 });
    source.once('error', reject);
    source.pipe(sink);
  });
}
