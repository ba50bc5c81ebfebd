// The engine's healthcheck of a container, in Docker's own form.

import type { Healthcheck } from '../container-spec.ts';
import type { Node } from '../tree.ts';
import { fieldOf, present, reject, type Scope, take } from './scope.ts';
import { durationOf, flagOf, integerOf, itemsOf, quote, textOf, textsOf } from './values.ts';

const firstWords = ['CMD', 'CMD-SHELL', 'NONE'];

/** An empty test keeps the image's own and changes only the times. */
export function healthcheckOf(scope: Scope, node: Node | undefined): Healthcheck | undefined {
  if (node?.kind !== 'map') return undefined;
  if (flagOf(scope, fieldOf(node, 'disable')) === true) return { test: ['NONE'] };
  return {
    test: testOf(scope, fieldOf(node, 'test')),
    ...present({
      intervalMs: timeOf(scope, fieldOf(node, 'interval')),
      timeoutMs: timeOf(scope, fieldOf(node, 'timeout')),
      startPeriodMs: timeOf(scope, fieldOf(node, 'start_period')),
      startIntervalMs: timeOf(scope, take(scope, node, 'start_interval', 'healthcheck.startInterval')),
      retries: integerOf(scope, fieldOf(node, 'retries'), { min: 0, max: 2 ** 31 - 1 }),
    }),
  };
}

function testOf(scope: Scope, node: Node | undefined): readonly string[] {
  if (node?.kind === 'scalar') return ['CMD-SHELL', textOf(node) ?? ''];
  const test = textsOf(node) ?? [];
  const first = itemsOf(node)[0];
  if (first !== undefined && !firstWords.includes(test[0] ?? '')) {
    const message = `bad healthcheck test: it begins with ${quote(first)}, expected CMD, CMD-SHELL or NONE`;
    reject(scope, first, 'BadHealthcheck', message, 'put "CMD" before it, or write the test as one text');
  }
  return test;
}

/** The engine takes 0 for "the default" and refuses less than a millisecond. */
function timeOf(scope: Scope, node: Node | undefined): number | undefined {
  const ms = durationOf(scope, node);
  if (node === undefined || ms === undefined || ms === 0 || ms >= 1) return ms;
  return reject(scope, node, 'BadDuration', `bad duration ${quote(node)}, expected 0 or at least 1ms`);
}
