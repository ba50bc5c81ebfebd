// Output of a container as it comes from logs and exec: frames of stdout and stderr, or raw bytes from a terminal.

export interface Piece {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Buffer;
}

const headerBytes = 8;

/** Frames of the engine's multiplexed format: one byte of stream, three of nothing, four of length, then the bytes. */
export async function* demultiplex(source: AsyncIterable<Buffer>): AsyncGenerator<Piece> {
  let pending: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (pending.length >= headerBytes) {
      const end = headerBytes + pending.readUInt32BE(4);
      if (pending.length < end) break;
      yield { stream: pending[0] === 2 ? 'stderr' : 'stdout', bytes: pending.subarray(headerBytes, end) };
      pending = pending.subarray(end);
    }
  }
}

/** A terminal's output has no frames and one stream. */
export async function* rawPieces(source: AsyncIterable<Buffer>): AsyncGenerator<Piece> {
  for await (const bytes of source) yield { stream: 'stdout', bytes };
}

/** Whole lines of each stream, in the order in which they were ended; a last line without an end too. */
export async function* toLines(
  pieces: AsyncIterable<Piece>,
): AsyncGenerator<{ stream: 'stdout' | 'stderr'; line: string }> {
  const open = {
    stdout: { decoder: new TextDecoder(), text: '' },
    stderr: { decoder: new TextDecoder(), text: '' },
  };
  for await (const { stream, bytes } of pieces) {
    const state = open[stream];
    const lines = (state.text + state.decoder.decode(bytes, { stream: true })).split('\n');
    state.text = lines.pop() ?? '';
    for (const line of lines) yield { stream, line: line.replace(/\r$/, '') };
  }
  for (const stream of ['stdout', 'stderr'] as const) {
    if (open[stream].text !== '') yield { stream, line: open[stream].text.replace(/\r$/, '') };
  }
}
