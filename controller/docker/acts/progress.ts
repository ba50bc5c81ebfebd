// The engine's stream of JSON lines about a long act, and its layers in words: pulls, and the bases of builds.

import { garbledError } from '../errors.ts';
import { linesOf } from '../events.ts';

export interface ProgressLine {
  readonly id?: string;
  readonly status?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  /** Output of a build. */
  readonly stream?: string;
  readonly aux?: { readonly ID?: string };
  /** Why it failed. */
  readonly wrong?: string;
}

type Raw = Omit<ProgressLine, 'wrong'> & {
  readonly error?: string;
  readonly errorDetail?: { readonly message?: string };
};

export async function* progressOf(answer: AsyncIterable<Buffer>, what: string): AsyncGenerator<ProgressLine> {
  for await (const line of linesOf(answer)) {
    const raw = parse(line, what);
    const wrong = raw.errorDetail?.message ?? raw.error;
    yield wrong === undefined ? raw : { ...raw, wrong };
  }
}

function parse(line: string, what: string): Raw {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw garbledError(what, cause);
  }
}

/** `postgres:15: downloading 34 %`, over all layers known so far. */
export function layerWords(image: string): (progress: ProgressLine) => string | undefined {
  const layers = new Map<string, { current: number; total: number }>();
  return ({ id, status, progressDetail }) => {
    if (id === undefined || status === undefined) return undefined;
    if (status === 'Extracting' && [...layers.values()].every((l) => l.current >= l.total)) {
      return `${image}: extracting`;
    }
    const { current = 0, total = 0 } = progressDetail ?? {};
    if (status === 'Downloading' && total > 0) layers.set(id, { current, total });
    else if (status === 'Download complete') completeLayer(layers, id);
    else return undefined;
    const all = [...layers.values()];
    const done = all.reduce((sum, l) => sum + l.current, 0);
    const whole = all.reduce((sum, l) => sum + l.total, 0);
    return whole === 0 ? undefined : `${image}: downloading ${Math.floor((done / whole) * 100)} %`;
  };
}

function completeLayer(layers: Map<string, { current: number; total: number }>, id: string): void {
  const layer = layers.get(id);
  if (layer !== undefined) layers.set(id, { current: layer.total, total: layer.total });
}
