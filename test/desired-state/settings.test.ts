// Settings of a type that make no sense: durations without end, waits that would spin.

import { expect, test } from 'vitest';
import { linesOf } from '../support/manifests.ts';

const platform = (policy: string): string =>
  `apiVersion: reeve/v1\nkind: Platform\nmetadata: {name: p}\nspec: {policy: ${policy}}\n`;

test.each([
  ['{resync: 0s}', '4:25: resync: expected at least 100ms'],
  ['{audit: 50ms}', '4:24: audit: expected at least 100ms'],
  ['{progressDeadline: 0s}', '4:35: progressDeadline: expected at least 1ms'],
  ['{restartBudget: {within: 0s}}', '4:41: within: expected at least 1ms'],
  ['{backoff: {initial: 0s}}', '4:36: initial: expected at least 1ms'],
  ['{backoff: {max: 0s}}', '4:32: max: expected at least 1ms'],
  ['{backoff: {initial: 10m, max: 1s}}', '4:36: initial: expected at most max (5m where it is not written)'],
  ['{backoff: {initial: 10m}}', '4:36: initial: expected at most max (5m where it is not written)'],
  ['{resync: 5}', '4:25: resync: expected a duration such as 10s, 1m30s or 500ms'],
  [
    '{maxDelete: 1.5}',
    '4:28: maxDelete: expected a share from 0% to 100%, or a number of resources, got a number',
  ],
])('%s', async (policy, line) => {
  expect(await linesOf({ 'reeve.yaml': platform(policy) })).toEqual([`reeve.yaml:${line}`]);
});

test('what tests and hasty people write is taken', async () => {
  const policy = '{resync: 100ms, audit: 1s, pauseGrace: 0s, backoff: {max: 500ms}}';
  expect(await linesOf({ 'reeve.yaml': platform(policy) })).toEqual([]);
});

test.each([
  ['stop_grace_period: 1h99999999999999h', '4:37: bad duration "1h99999999999999h"'],
  ['probe: {tcp: {port: 80}, every: 99999999999h}', '4:50: every: expected a duration such as'],
  ['probe: {tcp: {port: 80}, every: 0s}', '4:50: every: expected a duration from 100ms to 1d'],
  ['probe: {tcp: {port: 80}, timeout: 30d}', '4:52: timeout: expected a duration from 1ms to 1d'],
])('%s', async (field, line) => {
  const text = `apiVersion: reeve/v1\nkind: Service\nmetadata: {name: a}\nspec: {image: a, ${field}}\n`;
  expect(await linesOf({ 'reeve.yaml': text })).toEqual([expect.stringContaining(`reeve.yaml:${line}`)]);
});

test('a kind that is no text', async () => {
  expect(await linesOf({ 'reeve.yaml': 'apiVersion: reeve/v1\nkind: [a]\nmetadata: {name: a}\n' })).toEqual([
    'reeve.yaml:2:7: kind: expected Platform, Service, AgentClass, Agent, Model, ResourceLimits, Network, Volume or Secret, got a list',
  ]);
});
