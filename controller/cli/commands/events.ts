// `reeve events`: what happened, from the store; `-f` follows it.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import type { Ref } from '../../../desired-state/resource.ts';
import type { StoreReader } from '../../store/sqlite.ts';
import type { EventQuery, StoredEvent } from '../../store/store.ts';
import type { Context } from '../context.ts';
import { endAtInterrupt } from '../interrupt.ts';
import {
  count,
  duration,
  type OutputFlags,
  type PlatformFlags,
  withExamples,
  withOutput,
  withPlatform,
} from '../options.ts';

interface Flags extends PlatformFlags, OutputFlags {
  readonly follow?: boolean;
  readonly for?: string;
  readonly since?: number;
  readonly type?: 'Normal' | 'Warning';
  readonly limit: number;
}

/** New events are looked for this often: the store is a file, and a look costs well under a millisecond. */
const pollMs = 250;

export function define(command: Command, context: Context): void {
  withExamples(
    withOutput(withPlatform(command, { shortFile: false }))
      .description('Shows stored events, oldest first. Repeats of one event are counted in one line.')
      .option('-f, --follow', 'go on with new ones as they come; with -o json, one JSON object a line')
      .option('--for <name>', 'only those of one resource')
      .option('--since <duration>', 'only those of the last 10m, 2h …', duration)
      .addOption(new Option('--type <type>', 'only these').choices(['Normal', 'Warning']))
      .option('--limit <count>', 'the newest that many', count, 200)
      .action((flags: Flags) => events(flags, context)),
    [
      ['reeve events -f', 'watch the platform live'],
      ['reeve events --for Agent/scraper --since 10m', 'what happened to one'],
      ['reeve events --type Warning -o json | jq .events', 'for a script'],
    ],
  );
}

async function events(flags: Flags, context: Context): Promise<void> {
  const [{ openStored }, { eventRow }, { resolveName }, views, { print, say }, { screenOf }] =
    await Promise.all([
      import('../stored.ts'),
      import('../../reports/status.ts'),
      import('../../names.ts'),
      import('../views/events.ts'),
      import('../print.ts'),
      import('../screen.ts'),
    ]);
  const { store, place } = await openStored(flags, context);
  try {
    const query: EventQuery = {
      ...(flags.for === undefined ? {} : { regarding: regardingOf(flags.for) }),
      ...(flags.type === undefined ? {} : { type: flags.type }),
      ...(flags.since === undefined ? {} : { since: context.now() - flags.since }),
    };
    const found = await store.events({ ...query, limit: flags.limit });
    const { terminal } = context;
    if (flags.follow !== true) {
      print(context, flags, { platform: place.platform, events: found.map(eventRow) }, views.eventsView);
      return;
    }
    const show = (event: StoredEvent) => {
      const row = eventRow(event);
      if (flags.output === 'json') terminal.out(JSON.stringify(row));
      else say(context, views.eventLine(row, screenOf(context)));
    };
    found.forEach(show);
    endAtInterrupt();
    await follow(store, query, found.at(-1)?.change ?? 0, show);
  } finally {
    await store.close();
  }

  function regardingOf(word: string): Ref {
    return resolveName(word, [...place.refs, `Platform/${place.platform}`]);
  }
}

/** Until the process ends. */
async function follow(
  store: StoreReader,
  query: EventQuery,
  from: number,
  show: (event: StoredEvent) => void,
): Promise<never> {
  for (let after = from; ; await sleep(pollMs)) {
    for (const event of await store.events({ ...query, afterChange: after })) {
      show(event);
      after = event.change;
    }
  }
}
