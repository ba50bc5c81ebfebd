// `config:` of an Agent: a JSON file that is mounted where agents look for it, watched, and held against the model.

import { resolve } from 'node:path';
import type { Mount } from '../container-spec.ts';
import type { Position } from '../diagnostic.ts';
import { childOf, type MapNode } from '../tree.ts';
import { readTextFile } from '../yaml/read.ts';
import type { Attached, OnChange } from './attachments.ts';
import { type ResolveContext, reportError, reportWarning } from './context.ts';
import type { Declared } from './declared.ts';
import { watchedFile } from './watched.ts';

/** Where an agent finds its config. */
const target = '/etc/agent/config.json';

const nothing: Attached = { mounts: [], files: [] };

interface Config {
  /** As written in the manifest. */
  readonly path: string;
  readonly position: Position;
}

export function agentConfig(
  context: ResolveContext,
  declared: Declared,
  agent: { readonly node: MapNode; readonly baseDir: string; readonly mounts: readonly Mount[] },
  onChange: OnChange,
): Attached {
  const written = childOf(agent.node, 'config');
  if (written?.kind !== 'scalar' || written.value === null) return nothing;
  const config: Config = { path: String(written.value), position: written.position };
  const path = resolve(agent.baseDir, config.path);
  context.files.add(path);
  const { text, diagnostics } = readTextFile(path, config.path);
  const [wrong] = diagnostics;
  if (text === undefined) {
    const why = wrong?.message ?? 'file cannot be read';
    reportError(
      context,
      config.position,
      wrong?.code ?? 'FileUnreadable',
      `config ${config.path}: ${why}`,
      wrong?.hint,
    );
    return nothing;
  }
  const content = parseJson(context, config, text);
  if (content === undefined) return nothing;
  checkModel(context, declared, childOf(agent.node, 'model'), config, content);
  const file = watchedFile(context, path, onChange, config.position);
  // A mount of one's own at that place goes first.
  const isTaken = agent.mounts.some((mount) => mount.target === target);
  return {
    mounts: isTaken ? [] : [{ type: 'bind', source: path, target, readOnly: true }],
    files: file === undefined ? [] : [file],
  };
}

/** Never quotes the text: it may hold a secret. */
function parseJson(context: ResolveContext, { path, position }: Config, text: string): object | undefined {
  try {
    const content: unknown = JSON.parse(text);
    if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content;
    reportError(context, position, 'BadConfig', `config ${path}: expected a JSON object`);
  } catch (error) {
    const place = /\(line (\d+) column (\d+)\)/.exec(error instanceof Error ? error.message : '');
    const where = place === null ? '' : ` at line ${place[1]}, column ${place[2]}`;
    reportError(context, position, 'BadConfig', `config ${path} is not valid JSON${where}`);
  }
  return undefined;
}

/** Two places name the model: that they agree is worth a word. */
function checkModel(
  context: ResolveContext,
  declared: Declared,
  model: ReturnType<typeof childOf>,
  { path, position }: Config,
  content: object,
): void {
  if (model?.kind !== 'scalar') return;
  const name = String(model.value);
  const spec = declared.models.get(name)?.spec?.value;
  if (spec === undefined) return;
  const named = textIn(content, 'base_model') ?? textIn(content, 'model');
  const base = spec.model ?? name;
  const full = base.includes(':') && spec.tag === undefined ? base : `${base}:${spec.tag ?? 'latest'}`;
  if (named === undefined || [name, base, full].includes(named)) return;
  const message = `config ${path} names the model "${named}", and this agent is declared with "${full}"`;
  reportWarning(context, position, 'ModelDiffers', message, 'let both name one model');
}

function textIn(content: object, key: string): string | undefined {
  const value: unknown = Object.entries(content).find(([name]) => name === key)?.[1];
  return typeof value === 'string' ? value : undefined;
}
