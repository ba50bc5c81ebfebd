// Ollama's HTTP API as far as reeve needs it: which models are there, and pulling one with progress.
// undici is loaded by the first call: most platforms have no models.
// Shapes: https://github.com/ollama/ollama/blob/main/docs/api.md

import { ReeveError } from '../errors.ts';

export interface InstalledModel {
  readonly name: string;
  readonly digest: string;
}

/** GET /api/tags. Throws when the server cannot be asked or answers something else. */
export async function installedModels(
  baseUrl: string,
  timeoutMs: number,
): Promise<readonly InstalledModel[]> {
  const { request } = await import('undici');
  const answer = await request(`${baseUrl}/api/tags`, { signal: AbortSignal.timeout(timeoutMs) });
  if (answer.statusCode !== 200) {
    await answer.body.dump();
    throw new ReeveError(`the model server answered ${answer.statusCode} to GET /api/tags`, {
      retryable: true,
    });
  }
  const body: unknown = await answer.body.json();
  const models = isRecord(body) && Array.isArray(body['models']) ? body['models'] : undefined;
  if (models === undefined)
    throw new ReeveError('GET /api/tags answered no list of models', { retryable: true });
  return models.flatMap((m: unknown) =>
    isRecord(m) && typeof m['name'] === 'string'
      ? [{ name: m['name'], digest: typeof m['digest'] === 'string' ? m['digest'] : '' }]
      : [],
  );
}

/**
 * POST /api/pull with streamed progress; resolves when the server says `success`.
 * @param onProgress words such as `pulling 8f2a… 34 %`, once for each change of a whole percent or of status.
 */
export async function pullModel(
  baseUrl: string,
  model: string,
  onProgress: (message: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { request } = await import('undici');
  const answer = await request(`${baseUrl}/api/pull`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream: true }),
    signal,
    // A server may be silent for long between two layers, never for ever.
    bodyTimeout: 120_000,
  });
  let last: { status?: string; error?: string } = {};
  let said = '';
  for await (const line of linesOf(answer.body)) {
    const message = parseLine(line);
    last = message;
    if (message.error !== undefined) throw pullError(model, message.error);
    const words = progressWords(message);
    if (words !== said) onProgress(words);
    said = words;
  }
  if (answer.statusCode !== 200) throw pullError(model, `HTTP status ${answer.statusCode}`);
  if (last.status !== 'success') throw pullError(model, `the answer ended at "${last.status ?? 'nothing'}"`);
}

function pullError(model: string, words: string): ReeveError {
  return Object.assign(
    new ReeveError(`pulling model ${model} failed: ${words}`, {
      retryable: true,
      hint: 'check the name with the model server and that it can reach its registry',
    }),
    { reason: 'ModelPullFailed' },
  );
}

interface PullLine {
  readonly status?: string;
  readonly error?: string;
  readonly total?: number;
  readonly completed?: number;
}

function parseLine(line: string): PullLine {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? (value as PullLine) : { error: `unreadable answer: ${line.slice(0, 100)}` };
  } catch {
    return { error: `unreadable answer: ${line.slice(0, 100)}` };
  }
}

function progressWords(line: PullLine): string {
  const status = line.status ?? '';
  if (line.total === undefined || line.total === 0) return status;
  return `${status} ${Math.floor(((line.completed ?? 0) / line.total) * 100)} %`;
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield line;
  }
  if (rest.trim() !== '') yield rest;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
