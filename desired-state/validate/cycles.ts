// Workloads that wait for each other never start: each cycle is told once, as the cycle. It may lead through a model.

import { withoutIndex } from '../instances.ts';
import { type ResolveContext, reportError } from '../resolve/context.ts';
import { type Dependency, type Model, type Ref, refOf, type Workload } from '../resource.ts';

export function checkCycles(
  context: ResolveContext,
  workloads: readonly Workload[],
  models: readonly Model[],
): void {
  const byRef = new Map<Ref, Workload>(workloads.map((w) => [refOf(w), w]));
  const servers = new Map<Ref, string>(models.map((m) => [refOf(m), m.server]));
  const state = new Map<Ref, 'open' | 'done'>();
  for (const workload of workloads) visit(refOf(workload));

  /** Depth first, without recursion: a chain of thousands is no reason to fail. */
  function visit(start: Ref): void {
    if (state.has(start)) return;
    const trail: { ref: Ref; dependencies: readonly Dependency[]; next: number }[] = [];
    const enter = (ref: Ref, by?: Dependency): void => {
      state.set(ref, 'open');
      trail.push({ ref, dependencies: dependenciesOf(ref, by), next: 0 });
    };
    enter(start);
    for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
      const dependency = top.dependencies[top.next++];
      if (dependency === undefined) {
        state.set(top.ref, 'done');
        trail.pop();
        continue;
      }
      const seen = state.get(dependency.on);
      if (seen === 'open') {
        const from = trail.findIndex((t) => t.ref === dependency.on);
        tell(dependency, [...trail.slice(from).map((t) => t.ref), dependency.on]);
      } else if (seen === undefined && (byRef.has(dependency.on) || servers.has(dependency.on))) {
        enter(dependency.on, dependency);
      }
    }
  }

  /** A model waits for its server, at the word of who asks for it; the workload's own wait for that is the same one. */
  function dependenciesOf(ref: Ref, by: Dependency | undefined): readonly Dependency[] {
    const server = servers.get(ref);
    if (server !== undefined && by !== undefined) return [{ ...by, on: server as Ref }];
    const all = byRef.get(ref)?.dependsOn ?? [];
    const viaModel = (d: Dependency): boolean =>
      all.some((m) => servers.get(m.on) === withoutIndex(d.on) && m.position === d.position);
    return all.filter((d) => !viaModel(d));
  }

  function tell(dependency: Dependency, cycle: readonly Ref[]): void {
    const names = cycle.map((ref) => ref.slice(ref.indexOf('/') + 1)).join(' → ');
    reportError(
      context,
      dependency.position,
      'DependencyCycle',
      `dependencies go in a circle: ${names}`,
      'take one of them away',
    );
  }
}
