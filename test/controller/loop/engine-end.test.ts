// What ended with the engine: what ended in the gap, where nothing of before survived it.

import { describe, expect, test } from 'vitest';
import {
  type ContainerEnd,
  endedTogether,
  endedWithEngine,
  factsOfMistakes,
} from '../../../controller/loop/engine-end.ts';
import type { Stop } from '../../../reconcilers/facts.ts';
import { facts, noon } from '../../support/make.ts';

const since = noon;
const [before, inGap] = [since - 60_000, since + 2_000];
const container = (id: string, parts: Partial<ContainerEnd> = {}): ContainerEnd => ({
  id,
  startedAt: before,
  finishedAt: 0,
  exitCode: 0,
  running: true,
  ...parts,
});
const ended = (id: string, parts: Partial<ContainerEnd> = {}): ContainerEnd =>
  container(id, { running: false, finishedAt: inGap, exitCode: 137, ...parts });

describe('after a gap in the events', () => {
  const rows: readonly [string, readonly ContainerEnd[], Record<string, Stop>, readonly string[]][] = [
    ['what ended in it ended with the engine', [ended('a'), ended('b')], {}, ['a', 'b']],
    [
      'what the engine brought back shows that it ended too',
      [container('a', { startedAt: inGap }), ended('b')],
      {},
      ['b'],
    ],
    ['where one survived, the engine did not end them', [container('a'), ended('b')], {}, []],
    ['what had ended long before is none of it', [ended('a', { finishedAt: before })], {}, []],
    ['what was started after it is none of it', [ended('a', { startedAt: inGap })], {}, []],
    [
      'an end by itself that was seen before the gap stays one',
      [ended('a', { finishedAt: since - 500 })],
      { a: { at: since - 500, by: 'self', exitCode: 1 } },
      [],
    ],
    ['one that reeve was stopping stays so', [ended('a')], { a: { at: inGap, by: 'reeve' } }, []],
    [
      'a kill through the API just before the gap was the engine’s own',
      [ended('a', { finishedAt: since - 300 })],
      { a: { at: since - 300, by: 'api' } },
      ['a'],
    ],
    [
      'one by hand well before the gap stays by hand',
      [ended('a', { finishedAt: since - 30_000 })],
      { a: { at: since - 30_000, by: 'api' } },
      [],
    ],
  ];
  test.each(rows)('%s', (_, containers, stops, expected) => {
    expect(endedWithEngine(containers, facts({ stops }), since).map((e) => e.id)).toEqual(expected);
  });
});

test('while no controller ran: several that ended within a minute did so together, one or one after the other did not', () => {
  const at = (...times: readonly number[]) => times.map((t) => ({ at: noon + t }));
  expect(endedTogether(at(0, 20_000))).toBe(true);
  expect(endedTogether(at(0))).toBe(false);
  expect(endedTogether(at(0, 20_000, 70_000))).toBe(false);
});

test('an engine that was only too busy for a new connection: what was killed meanwhile was killed by somebody', () => {
  const stop: Stop = { at: inGap, by: 'engine', exitCode: 137 };
  const stops = { a: stop, b: { ...stop, at: before } };
  expect(factsOfMistakes(facts({ stops }), since)).toEqual([
    { fact: 'stops', key: 'a', value: { ...stop, by: 'api' } },
  ]);
});
