// The stand-in's models: what can be pulled, what is on disk (OLLAMA_MODELS, one small file each), what is in memory.
// No model is behind any of them; a pull moves no data.

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export const folder = process.env.OLLAMA_MODELS ?? '/models';
const pullMs = Number(process.env.STANDIN_PULL_MS ?? 1500);
const defaultKeepAliveMs = 5 * 60_000;
mkdirSync(folder, { recursive: true });

/** What can be pulled: name, family, parameters, bytes. Any other name is unknown to the library, as with the real one. */
const library = new Map([
  ['tinyllama:latest', { family: 'llama', parameters: '1.1B', size: 637_700_138 }],
  ['qwen2.5:0.5b', { family: 'qwen2', parameters: '494.03M', size: 397_821_319 }],
  ['llama3.2:1b', { family: 'llama', parameters: '1.2B', size: 1_321_098_329 }],
  ['deepseek-r1:1.5b', { family: 'qwen2', parameters: '1.8B', size: 1_117_322_599 }],
  ['codellama:7b', { family: 'llama', parameters: '7B', size: 3_825_910_662 }],
]);

/** An answer other than 200, with Ollama's words. */
export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/** `tinyllama` → `tinyllama:latest`; what is no model name is refused. */
export function fullName(name, missing = 'model is required') {
  if (typeof name !== 'string' || name === '') throw new ApiError(400, missing);
  if (!/^([\w.-]+\/){0,2}[\w][\w.-]*(:[\w][\w.-]*)?$/.test(name))
    throw new ApiError(400, 'invalid model name');
  return /:[^/]*$/.test(name) ? name : `${name}:latest`;
}

const fileOf = (name) => join(folder, `${encodeURIComponent(name)}.json`);

/** Newest first. */
export function installed() {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')))
    .sort((a, b) => (a.modified_at < b.modified_at ? 1 : -1));
}

export function modelNamed(name) {
  const wanted = fullName(name);
  try {
    return JSON.parse(readFileSync(fileOf(wanted), 'utf8'));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    throw new ApiError(404, `model '${name}' not found`);
  }
}

function install(name, { family, parameters, size }) {
  const model = {
    name,
    model: name,
    modified_at: new Date().toISOString(),
    size,
    digest: sha256(name),
    details: {
      parent_model: '',
      format: 'gguf',
      family,
      families: [family],
      parameter_size: parameters,
      quantization_level: 'Q4_0',
    },
  };
  // Written beside and renamed, so that a kill never leaves half a model.
  writeFileSync(`${fileOf(name)}.part`, JSON.stringify(model));
  renameSync(`${fileOf(name)}.part`, fileOf(name));
}

/** Models in memory: name → when they leave it. */
export const loaded = new Map();

/** The model was used: it stays in memory for as long as the request says. */
export function touch(name, keepAlive) {
  const ms = keepAliveMs(keepAlive);
  if (ms === 0) loaded.delete(name);
  else loaded.set(name, ms < 0 ? Date.now() + 100 * 365 * 86_400_000 : Date.now() + ms);
}

/** Seconds as a number, or a Go duration (`5m`, `-1`); absent: the default. */
export function keepAliveMs(value) {
  if (value === undefined || value === null) return defaultKeepAliveMs;
  if (typeof value === 'number') return value * 1000;
  const match = /^(-?\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(value);
  if (match === null) throw new ApiError(400, `time: invalid duration "${value}"`);
  return Number(match[1]) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] ?? 's'];
}

/** Pulls under way: name → bytes so far. Several clients share one; a cancelled one goes on where it stopped. */
const downloads = new Map();

/** Progress objects of a pull; ends early when its client is gone. */
export async function* pull(name, gone) {
  yield { status: 'pulling manifest' };
  const entry = library.get(name);
  if (entry === undefined) throw new ApiError(500, 'pull model manifest: file does not exist');
  const digest = `sha256:${sha256(name)}`;
  const status = `pulling ${sha256(name).slice(0, 12)}`;
  const chunk = entry.size / 20;
  yield { status, digest, total: entry.size };
  const download = downloads.get(name) ?? { completed: 0 };
  downloads.set(name, download);
  while (download.completed < entry.size) {
    await pause(pullMs / 20);
    if (gone()) return;
    download.completed = Math.min(entry.size, Math.ceil(download.completed + chunk));
    yield { status, digest, total: entry.size, completed: download.completed };
  }
  downloads.delete(name);
  yield { status: 'verifying sha256 digest' };
  install(name, entry);
  yield { status: 'writing manifest' };
  yield { status: 'success' };
}

/** Removes a model from disk and memory. */
export function remove(name) {
  rmSync(fileOf(name), { force: true });
  loaded.delete(name);
}
