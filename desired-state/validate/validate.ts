// What only shows when all resources are seen together: clashes and cycles. Each is told at the later resource, naming
// the first; one row a rule.

import type { ManifestDocument } from '../manifest/document.ts';
import { type ResolveContext, reportError } from '../resolve/context.ts';
import type { Declared } from '../resolve/declared.ts';
import { isWorkload, type Resource } from '../resource.ts';
import { checkCycles } from './cycles.ts';
import { checkContainerNames, checkEngineNames } from './names.ts';
import { checkPorts } from './ports.ts';

export function validate(
  context: ResolveContext,
  documents: readonly ManifestDocument[],
  declared: Declared,
  resources: readonly Resource[],
): void {
  checkPlatforms(context, documents);
  checkUnread(context, declared);
  const workloads = resources.filter(isWorkload);
  checkContainerNames(context, workloads);
  checkEngineNames(context, resources);
  checkPorts(context, workloads);
  checkCycles(context, workloads);
}

function checkPlatforms(context: ResolveContext, documents: readonly ManifestDocument[]): void {
  const [first, ...others] = documents.filter((d) => d.kind === 'Platform');
  if (first === undefined) return;
  for (const other of others) {
    const { file, line, column } = first.position;
    reportError(
      context,
      other.position,
      'DuplicatePlatform',
      `a second Platform "${other.name}"; "${first.name}" is declared in ${file}:${line}:${column} already`,
      'one load is one platform: give them to reeve one at a time',
    );
  }
}

/** A class that is wrong is told with it; a secret or class that nobody uses is no mistake. */
function checkUnread(context: ResolveContext, declared: Declared): void {
  for (const [name, document] of declared.limits) {
    const names = document.spec?.value.selector?.name;
    for (const wanted of names === undefined ? [] : [names].flat()) {
      if (declared.workloads.has(wanted) || !context.complete) continue;
      reportError(
        context,
        document.position,
        'UnknownReference',
        `ResourceLimits "${name}" selects "${wanted}", and there is no such Service or Agent`,
      );
    }
  }
}
