// A page a procedure, drawn from its machine: the picture, and each state with what leads out of it.

import type { AnyStateMachine, AnyStateNode, TransitionDefinition } from 'xstate';
import type { ProcedureDefinition } from '../../reconcilers/procedures/definition.ts';
import { definitions } from '../../reconcilers/procedures/index.ts';

type Transition = TransitionDefinition<never, never>;

/** One arrow of the picture. */
interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly on: string;
  readonly guard: string;
  readonly does: readonly string[];
}

export function procedurePages(): readonly [string, string][] {
  const newest = new Map<string, ProcedureDefinition>();
  for (const definition of definitions) {
    if ((newest.get(definition.kind)?.version ?? 0) < definition.version)
      newest.set(definition.kind, definition);
  }
  return [...newest.values()].map((definition) => [`${definition.kind}.md`, pageOf(definition)]);
}

function pageOf({ kind, version, rank, machine }: ProcedureDefinition): string {
  const arrows = arrowsOf(machine);
  const states = Object.values(machine.states as Record<string, AnyStateNode>);
  return `${[
    `# ${titleOf(kind)}`,
    `Generated from its machine: \`reconcilers/${kind}/machine.ts\`, version ${version}, rank ${rank}. Do not edit: \`node scripts/docs.ts\`.`,
    [
      '```mermaid',
      'stateDiagram-v2',
      ...pictureOf(machine, states, arrows).map((line) => `  ${line}`),
      '```',
    ].join('\n'),
    '## States',
    ...states.map((state) => stateOf(state, arrows)),
    '## In any state',
    listOf(arrows.filter((arrow) => arrow.from === anyState)) || 'Nothing.',
  ].join('\n\n')}\n`;
}

const anyState = '*';

function pictureOf(
  machine: AnyStateMachine,
  states: readonly AnyStateNode[],
  arrows: readonly Arrow[],
): string[] {
  const initial = machine.root.initial.target.map((node: AnyStateNode) => `[*] --> ${node.key}`);
  const lines = arrows
    .filter(({ from, to }) => from !== anyState && from !== to)
    .map(({ from, to, on, guard }) => {
      const label = [on, guard].filter((word) => word !== '').join(' ');
      return `${from} --> ${to}${label === '' ? '' : ` : ${label}`}`;
    });
  const ends = states.filter((state) => state.type === 'final').map((state) => `${state.key} --> [*]`);
  return [...initial, ...lines, ...ends];
}

function stateOf(state: AnyStateNode, arrows: readonly Arrow[]): string {
  const entry = namesOf(state.entry);
  const begins = entry.length === 0 ? '' : `Entered: ${entry.join(', ')}.\n\n`;
  const out = listOf(arrows.filter((arrow) => arrow.from === state.key));
  return `### ${state.key}\n\n${begins}${state.type === 'final' ? 'The end.' : out}`;
}

function listOf(arrows: readonly Arrow[]): string {
  return arrows
    .map(({ from, to, on, guard, does }) => {
      const when = [on === '' ? 'at once' : on, guard].filter((word) => word !== '').join(' ');
      const then = to === from ? 'stays' : `→ ${to}`;
      return `- ${when}: ${then}${does.length === 0 ? '' : `, ${does.join(', ')}`}`;
    })
    .join('\n');
}

function arrowsOf(machine: AnyStateMachine): readonly Arrow[] {
  const own = Object.values(machine.states as Record<string, AnyStateNode>).flatMap((node) =>
    [...node.transitions.values(), node.always ?? []].flat().map((t) => arrowOf(node.key, t as Transition)),
  );
  const any = [...machine.root.transitions.values()].flat().map((t) => arrowOf(anyState, t as Transition));
  return [...own, ...any];
}

function arrowOf(from: string, { eventType, target, guard, actions }: Transition): Arrow {
  const delay = /^xstate\.after\.([^.]+)\./.exec(eventType)?.[1];
  return {
    from,
    to: target?.[0]?.key ?? from,
    on: delay === undefined ? eventType : `after ${delay}`,
    guard: guard === undefined ? '' : `[${guardOf(guard)}]`,
    does: namesOf(actions),
  };
}

function guardOf(guard: unknown): string {
  if (typeof guard === 'string') return guard;
  const { type, params = {} } = guard as { type: string; params?: Readonly<Record<string, unknown>> };
  return [type, ...Object.values(params).map(String)].join(' ');
}

/** Named actions; what only notes something in the context has no name. */
function namesOf(actions: readonly unknown[]): string[] {
  return actions.flatMap((action) => {
    if (typeof action === 'string') return [action];
    if (typeof action === 'object' && action !== null && 'type' in action) {
      const type = String(action.type);
      return type.startsWith('xstate.') ? [] : [type];
    }
    return [];
  });
}

function titleOf(kind: string): string {
  const words = kind.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
