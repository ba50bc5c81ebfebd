// What only shows when all resources are seen together: clashes and cycles. Each is told at the later resource, naming
// the first; one row a rule.

import { place } from '../diagnostic.ts';
import { withoutIndex } from '../instances.ts';
import type { ManifestDocument } from '../manifest/document.ts';
import { labelsOf } from '../manifest/labels.ts';
import {
  isMissing,
  type ResolveContext,
  reportError,
  reportMissing,
  reportWarning,
} from '../resolve/context.ts';
import type { Declared } from '../resolve/declared.ts';
import { selects } from '../resolve/limits.ts';
import { isWorkload, type Resource, refOf, type Workload } from '../resource.ts';
import { childOf, type MapNode, positionAt } from '../tree.ts';
import { didYouMean } from '../yaml/suggest.ts';
import { checkAddresses } from './addresses.ts';
import { checkCycles } from './cycles.ts';
import { checkFailovers } from './failovers.ts';
import { checkContainerNames, checkEngineNames } from './names.ts';
import { checkPorts } from './ports.ts';
import { checkStartFirst } from './start-first.ts';

export function validate(
  context: ResolveContext,
  documents: readonly ManifestDocument[],
  declared: Declared,
  resources: readonly Resource[],
): void {
  checkPlatforms(context, documents);
  checkSelectors(context, declared, resources);
  checkExemptions(context, documents, declared);
  // The later one of a clash is the one that the load came to later, not the one whose name sorts later.
  const order = new Map([...declared.workloads.keys()].map((name, index) => [name, index]));
  const rankOf = (w: Workload): number => context.rankOf(w.position.file);
  const indexOf = (w: Workload): number => order.get(withoutIndex(w.name)) ?? 0;
  const workloads = resources
    .filter(isWorkload)
    .sort((a, b) => rankOf(a) - rankOf(b) || indexOf(a) - indexOf(b));
  checkContainerNames(context, declared, workloads);
  checkEngineNames(context, declared, resources);
  checkPorts(context, declared, workloads);
  checkStartFirst(context, workloads);
  checkAddresses(context, declared, resources, workloads);
  checkFailovers(context, workloads);
  checkCycles(
    context,
    workloads,
    resources.filter((r) => r.kind === 'Model'),
  );
}

function checkPlatforms(context: ResolveContext, documents: readonly ManifestDocument[]): void {
  const [first, ...others] = documents.filter((d) => d.kind === 'Platform');
  if (first === undefined) return;
  for (const other of others) {
    const message = `a second Platform "${other.name}"; "${first.name}" is declared in ${place(first.position)} already`;
    const hint = 'one load is one platform: give them to reeve one at a time';
    reportError(context, other.position, 'DuplicatePlatform', message, hint);
  }
}

/** Limits that reach nobody are probably meant for somebody. */
function checkSelectors(context: ResolveContext, declared: Declared, resources: readonly Resource[]): void {
  const workloads = resources.filter(isWorkload);
  for (const { name, position, spec } of declared.limits.values()) {
    if (spec === undefined || spec.partial || !context.complete || context.hidden.length > 0) continue;
    const { selector = {} } = spec.value;
    const names = childOf(childOf(spec.node, 'selector') ?? spec.node, 'name');
    let known = true;
    for (const wanted of names?.kind === 'list' ? names.items : names === undefined ? [] : [names]) {
      if (wanted.kind !== 'scalar' || declared.workloads.has(String(wanted.value))) continue;
      known = false;
      reportMissing(
        context,
        wanted.position,
        'Service or Agent',
        String(wanted.value),
        declared.workloads.keys(),
      );
    }
    if (!known || workloads.some((w) => selects(selector, labelsIn(spec.node), w))) continue;
    const message = `ResourceLimits "${name}" selects no workload`;
    reportWarning(context, position, 'NothingSelected', message);
  }
}

/** One that outlives its resource harms nobody; one for a misspelt name helps nobody. */
function checkExemptions(
  context: ResolveContext,
  documents: readonly ManifestDocument[],
  declared: Declared,
): void {
  const refs = new Set([...declared.workloads.values()].flatMap((w) => [w.name, refOf(w)]));
  for (const { kind, spec } of documents) {
    if (kind !== 'Platform' || spec === undefined) continue;
    for (const [index, { resource }] of (spec.value.policy?.exemptions ?? []).entries()) {
      if (refs.has(resource) || !isMissing(context, 'Service or Agent', resource)) continue;
      const at = positionAt(spec.node, ['policy', 'exemptions', index, 'resource']);
      const { hint = 'take the exemption away' } = didYouMean(resource, refs);
      reportWarning(context, at, 'UnknownReference', `there is no Service or Agent "${resource}"`, hint);
    }
  }
}

function labelsIn(spec: MapNode): Record<string, string> {
  return labelsOf(childOf(childOf(spec, 'selector') ?? spec, 'labels'));
}
