// Gathers the logs of containers: merged by time, or followed line by line through restarts. Every line is scrubbed.

import { setTimeout as sleep } from 'node:timers/promises';
import { isWorkload, type Ref } from '../../desired-state/resource.ts';
import type { Revision } from '../../desired-state/revision.ts';
import { withAdoptedIdentity } from '../../reconcilers/adoption.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import { claimedRef, identityLabels, type ObservedContainer } from '../../reconcilers/observed.ts';
import { connectEngine } from '../docker/connect.ts';
import type { Engine, LogLine, LogOptions } from '../engine.ts';
import { exitStatus, ReeveError } from '../errors.ts';
import { resolveNames } from '../names.ts';
import { makeScrubber } from '../secrets.ts';
import { openStoreAtReadOnly } from '../store/open.ts';
import type { Context } from './context.ts';
import { endAtInterrupt } from './interrupt.ts';
import { loadOnly } from './load-only.ts';
import type { OutputFlags, PlatformFlags } from './options.ts';
import { findPlace, type Place } from './place.ts';
import { openStored } from './stored.ts';

export interface LogFlags extends PlatformFlags, OutputFlags {
  readonly follow?: boolean;
  readonly tail?: number;
  readonly since?: number;
  readonly timestamps?: boolean;
}

/** A container that stopped is looked for again this often. */
const lookAgainMs = 500;

interface Line {
  readonly ref: Ref;
  /** The container's name. */
  readonly container: string;
  readonly stream: 'stdout' | 'stderr';
  /** As the engine stamps it; sorts as text. */
  readonly at: string;
  readonly text: string;
}

type Show = (line: Line) => void;
/** What of an engine logs come from. */
type Source = Pick<Engine, 'containers' | 'logs'>;

export async function showLogs(names: readonly string[], flags: LogFlags, context: Context): Promise<void> {
  const place = await findPlace(flags, context);
  const scrub = await scrubberFor(place, flags, context);
  const kept = await keptOf(place);
  const known = [...new Set([...place.refs, ...kept.refs])];
  const workloads = known.filter((ref) => ref.startsWith('Service/') || ref.startsWith('Agent/'));
  const refs = names.length === 0 ? workloads : names.flatMap((name) => workloadsOf(name, workloads, known));
  const engine = await connectEngine({
    env: context.env,
    ...(flags.host === undefined ? {} : { host: flags.host }),
  });
  const source: Source = {
    containers: async () =>
      (await engine.containers()).map((c) => withAdoptedIdentity(c, place.platform, kept.made)),
    logs: (id, options) => engine.logs(id, options),
  };
  const width = Math.max(...refs.map((ref) => ref.length));
  const show: Show = ({ ref, container, stream, at, text }) => {
    if (flags.output === 'json') {
      context.terminal.out(JSON.stringify({ ref, container, stream, time: at, line: scrub(text) }));
      return;
    }
    const who = refs.length > 1 ? `${ref.padEnd(width)} | ` : '';
    context.terminal.out(`${who}${flags.timestamps === true ? `${at} ` : ''}${scrub(text)}`);
  };
  try {
    if (flags.follow === true) {
      endAtInterrupt();
      await Promise.all(refs.map((ref) => follow(source, place.platform, ref, flags, show)));
    } else {
      await showPast(source, place.platform, refs, flags, show);
    }
  } finally {
    await engine.close();
  }
}

/** Containers that the store knows as the platform's (of those that docker run made, labels do not say), and resources that are declared no more and still there. */
async function keptOf(
  place: Place,
): Promise<{ readonly made: Facts['made']; readonly refs: readonly Ref[] }> {
  const store = await openStoreAtReadOnly(place.home);
  try {
    const refs = ((await store?.conditions()) ?? []).map((c) => c.ref);
    return {
      made: (await store?.facts())?.made ?? {},
      refs: refs.filter((ref) => !ref.startsWith('Platform/')),
    };
  } finally {
    await store?.close();
  }
}

/** A volume of that name is there, but says nothing. */
function workloadsOf(name: string, workloads: readonly Ref[], refs: readonly Ref[]): readonly Ref[] {
  const named = resolveNames(name, refs);
  const ref = named.find((one) => !workloads.includes(one));
  if (ref === undefined) return named;
  throw new ReeveError(`${ref} has no logs: only services and agents write any`, {
    status: exitStatus.usage,
    hint: `reeve events --for ${ref} tells what happened to it`,
  });
}

async function showPast(
  engine: Source,
  platform: string,
  refs: readonly Ref[],
  flags: LogFlags,
  show: Show,
): Promise<void> {
  const containers = await engine.containers();
  const missing: Ref[] = [];
  const all = await Promise.all(
    refs.map(async (ref) => {
      const container = containerOf(containers, platform, ref);
      if (container === undefined) missing.push(ref);
      const lines: Line[] = [];
      if (container === undefined) return lines;
      for await (const entry of engine.logs(container.id, optionsOf(flags)))
        lines.push(toLine(ref, container, entry));
      return lines;
    }),
  );
  all
    .flat()
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    .forEach(show);
  const [first] = missing;
  if (first !== undefined && missing.length === refs.length) {
    throw new ReeveError(`${missing.join(', ')}: no container, so no logs`, {
      hint: `reeve explain ${first} says why`,
    });
  }
}

/** Until the process ends. A line is never shown twice: a container that starts again replays what it said before. */
async function follow(
  engine: Source,
  platform: string,
  ref: Ref,
  flags: LogFlags,
  show: Show,
): Promise<never> {
  let last = '';
  let shownId = '';
  for (;;) {
    const container = containerOf(await engine.containers(), platform, ref);
    // A stopped one whose log was read says nothing new.
    if (container !== undefined && (container.state === 'running' || container.id !== shownId)) {
      shownId = container.id;
      const options = last === '' ? optionsOf(flags) : { timestamps: true, sinceSeconds: secondsSince(last) };
      for await (const entry of engine.logs(container.id, { ...options, follow: true })) {
        const parsed = toLine(ref, container, entry);
        if (parsed.at <= last) continue;
        last = parsed.at;
        show(parsed);
      }
    }
    await sleep(lookAgainMs);
  }
}

/** With a second to spare: what was shown already is left out by its stamp. */
function secondsSince(stamp: string): number {
  return Math.ceil((Date.now() - Date.parse(stamp)) / 1000) + 1;
}

function optionsOf({ tail, since }: LogFlags): LogOptions {
  return {
    timestamps: true,
    ...(tail === undefined ? {} : { tail }),
    ...(since === undefined ? {} : { sinceSeconds: Math.ceil(since / 1000) }),
  };
}

/** The engine puts its stamp before each line. */
function toLine(ref: Ref, { name }: ObservedContainer, { stream, line }: LogLine): Line {
  const space = line.indexOf(' ');
  const [at, text] = space < 0 ? [line, ''] : [line.slice(0, space), line.slice(space + 1)];
  return { ref, container: name, stream, at, text };
}

/** The newest of ours: a recreate keeps the old one beside it for a while. */
function containerOf(
  containers: readonly ObservedContainer[],
  platform: string,
  ref: Ref,
): ObservedContainer | undefined {
  return containers
    .filter(({ labels }) => labels[identityLabels.platform] === platform)
    .filter(({ labels }) => claimedRef(labels) === ref)
    .sort((a, b) => b.createdAt - a.createdAt)[0];
}

/** Knows the platform's secrets. Where they cannot be read, nothing is shown rather than too much. */
async function scrubberFor(
  place: Place,
  flags: LogFlags,
  context: Context,
): Promise<(text: string) => string> {
  const result = await loadOnly({ ...flags, file: place.paths, ...nameOf(place) }, context);
  if (result.ok) return makeScrubber(result.loaded.secrets.values());
  const { store } = await openStored(flags, context);
  try {
    const record = await store.inForce();
    if (record !== undefined && !usesSecrets(record.revision)) return makeScrubber();
  } finally {
    await store.close();
  }
  throw new ReeveError(
    'the manifests cannot be read, so secrets in logs would not be known and blanked out',
    {
      status: exitStatus.invalid,
      hint: 'reeve validate says what is wrong; docker logs shows them as they are',
    },
  );
}

function nameOf({ loadAs }: Place): { platform?: string } {
  return loadAs === undefined ? {} : { platform: loadAs };
}

function usesSecrets(revision: Revision): boolean {
  return revision.resources.some(
    (resource) =>
      isWorkload(resource) &&
      (resource.files.some((file) => file.secret !== undefined) ||
        Object.values(resource.container.environment).some((value) => typeof value !== 'string')),
  );
}
