// What a transition of a procedure causes, as it is stored with it: facts that the loop acts on, events that people read,
// a line of its log. Pure.

import type { Ref } from '../../desired-state/resource.ts';
import type { Turn } from '../../reconcilers/facts.ts';
import type { Advance, StoredMachine } from '../../reconcilers/procedures/advance.ts';
import type {
  Asked,
  ProcedureDefinition,
  ProcedureEvent,
  Telling,
} from '../../reconcilers/procedures/definition.ts';
import { withoutFailures } from '../failures.ts';
import type { FactChange, ProcedureChange, ProcedureRecord } from '../store/store.ts';

export type Caused = Omit<ProcedureChange, 'procedure'>;

/** `by`: who said the word that `event` is, or the wider procedure that took over. */
export function causedBy(
  { id }: Pick<ProcedureRecord, 'id'>,
  definition: ProcedureDefinition,
  { machine, effects }: Advance,
  event: ProcedureEvent,
  { platform, by }: { readonly platform: string; readonly by?: string },
): Caused {
  const asked = effects.map((effect) => definition.asks(effect));
  const { message } = definition.outlook(machine.state, machine.context);
  const told = asked.flatMap((a) => a.tellings ?? []);
  const tellings = [
    ...(event.type === 'begun' && definition.quiet !== true
      ? [{ type: 'Normal', reason: 'ProcedureBegun', message: `begun by ${by ?? 'reeve'}` } as const]
      : []),
    ...told,
    ...(machine.ended && definition.quiet !== true ? [endOf(machine, message)] : []),
  ];
  return {
    transition: {
      at: event.at,
      event: event.type.startsWith('xstate.after.') ? 'timer' : event.type,
      state: machine.state,
      message,
      ...(by === undefined ? {} : { by }),
    },
    facts: asked.flatMap(
      ({
        failovers = [],
        restarts = [],
        withdrawn = [],
        parked = [],
        released = [],
        retried = [],
        ...more
      }): FactChange[] => [
        ...handsOff(more, event.at, by ?? id),
        ...leftFor(more, event.at, id),
        ...failovers.flatMap((one) => standIn(one, event.at, id)),
        ...restarts.flatMap((ref) => askRestart(ref, event.at, id)),
        ...withdrawn.map((ref): FactChange => ({ fact: 'restarts', key: ref, value: undefined })),
        ...parked.flatMap(({ ref, ...turn }) => park(ref, { at: event.at, by: id, ...turn })),
        ...released.flatMap(release),
        ...retried.flatMap(withoutFailures),
      ],
    ),
    events: tellings.map(({ type, reason, message: words, regarding, choices }) => ({
      at: event.at,
      type,
      reason,
      regarding: regarding ?? `Platform/${platform}`,
      message: `${id}: ${words}${toGoOn(id, choices)}`,
      by: by ?? 'reeve',
      detail: { procedure: id },
    })),
  };
}

/** A standby is started by that, whatever it failed at before. */
function standIn(
  { ref, fact }: NonNullable<Asked['failovers']>[number],
  at: number,
  by: string,
): FactChange[] {
  if (fact === undefined) return [{ fact: 'failovers', key: ref, value: undefined }];
  return [
    { fact: 'failovers', key: ref, value: { at, by, ...fact } },
    ...(fact.phase === 'starting' ? triedAnew(fact.to) : []),
  ];
}

function askRestart(ref: Ref, at: number, by: string): FactChange[] {
  return [{ fact: 'restarts', key: ref, value: { at, by } }, ...triedAnew(ref)];
}

function park(ref: Ref, value: Turn): FactChange[] {
  return [{ fact: 'turns', key: ref, value }, ...triedAnew(ref)];
}

function release(ref: Ref): FactChange[] {
  return [{ fact: 'turns', key: ref, value: undefined }, ...withoutFailures(ref)];
}

/** By a person's or a procedure's will it is tried anew: failures before are forgotten. */
function triedAnew(ref: Ref): FactChange[] {
  return [
    { fact: 'attempts', key: ref, value: undefined },
    { fact: 'failures', key: ref, value: undefined },
  ];
}

/** What a recovery asks for beside restarts: to be left alone, forgotten, or tried only now and then. */
function handsOff(
  { held = [], forgotten = [], exhausted = [] }: Pick<Asked, 'held' | 'forgotten' | 'exhausted'>,
  at: number,
  by: string,
): FactChange[] {
  return [
    ...held.map((key): FactChange => ({ fact: 'holds', key, value: { at, stopped: false, by } })),
    ...forgotten.flatMap((key): FactChange[] => [
      { fact: 'attempts', key, value: undefined },
      { fact: 'failures', key, value: undefined },
    ]),
    ...exhausted.map(({ ref, attempts }): FactChange => ({ fact: 'attempts', key: ref, value: attempts })),
  ];
}

/** A revision that is left, and what the images of the one in its place mean. */
function leftFor({ quarantined, images = {} }: Asked, at: number, by: string): FactChange[] {
  const pins = Object.entries(images).flatMap(([key, image]): FactChange[] => [
    { fact: 'pins', key, value: image.id },
    // Also where it has none: that of another would have another one pulled in its place.
    { fact: 'digests', key, value: image.digest },
  ]);
  if (quarantined === undefined) return pins;
  const { revision, to, why } = quarantined;
  return [
    ...pins,
    { fact: 'quarantined', key: revision, value: { at, by, to, why } },
    // What is gone back to is wanted again, whatever was said of it before.
    { fact: 'quarantined', key: to, value: undefined },
  ];
}

/** The commands that answer it. */
function toGoOn(id: string, choices: readonly string[] = []): string {
  return choices.length === 0
    ? ''
    : `. Go on: reeve procedures show ${id}, then reeve decide ${id} ${choices.join('|')}`;
}

function endOf(machine: StoredMachine, message: string): Telling {
  return machine.state === 'done'
    ? { type: 'Normal', reason: 'ProcedureDone', message }
    : { type: 'Warning', reason: 'ProcedureEnded', message };
}
