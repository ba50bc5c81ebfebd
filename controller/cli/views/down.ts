// What `down` is about to remove, by name, so that a person can say no.

import type { Plan, Step } from '../../../reconcilers/plan.ts';
import { counted, hanging, wrap } from '../format.ts';
import type { Screen } from '../screen.ts';

export interface Down {
  readonly plan: Plan;
  /** Volumes were asked for too. */
  readonly volumes: boolean;
}

export function downView({ plan, volumes: asked }: Down, screen: Screen): string {
  const containers = namesOf(plan, (step) => (step.op === 'removeContainer' ? step.args.name : undefined));
  const networks = namesOf(plan, (step) => (step.op === 'removeNetwork' ? step.args.name : undefined));
  const volumes = namesOf(plan, (step) => (step.op === 'removeVolume' ? step.args.name : undefined));
  const { paint } = screen;
  const stays = plan.warnings.map((warning) =>
    paint.waiting(hanging(`${warning.ref}: ${warning.message}`, screen.width)),
  );
  if (containers.length + networks.length + volumes.length === 0) {
    const kept = asked ? '' : '; volumes stay (--volumes removes them too)';
    return [`there is nothing of ${plan.platform} to remove${kept}`, ...stays].join('\n');
  }
  return [
    `${paint.strong(plan.platform)} is taken down; this goes:`,
    ...list('container', containers, screen),
    ...list('network', networks, screen),
    ...list('volume', volumes, screen).map(paint.bad),
    ...(!asked ? ['volumes stay (--volumes removes them too)'] : []),
    ...stays,
  ].join('\n');
}

function namesOf(plan: Plan, name: (step: Step) => string | undefined): readonly string[] {
  return plan.steps.flatMap((step) => name(step) ?? []);
}

function list(what: string, names: readonly string[], { width }: Screen): string[] {
  if (names.length === 0) return [];
  const columns = Math.min(width, 120);
  return [`  ${wrap(`${counted(names.length, what)}: ${names.join(', ')}`, columns - 4, 4)}`];
}
