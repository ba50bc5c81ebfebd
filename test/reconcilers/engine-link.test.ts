import { describe, expect, it } from 'vitest';
import {
  type EngineLink,
  type LinkEffect,
  type LinkEvent,
  newEngineLink,
  nextEngineLink,
} from '../../reconcilers/engine-link/machine.ts';

function walk(events: readonly LinkEvent[]): { link: EngineLink; effects: LinkEffect[] } {
  let link = newEngineLink();
  const effects: LinkEffect[] = [];
  for (const event of events) {
    const next = nextEngineLink(link, event);
    link = next.link;
    effects.push(...next.effects);
  }
  return { link, effects };
}

describe('the link to the engine', () => {
  it('an opened stream means one look at everything anew, at the next answer', () => {
    const { effects } = walk([
      { type: 'streamOpened' },
      { type: 'answered', at: 1 },
      { type: 'answered', at: 2 },
    ]);
    expect(effects).toEqual([{ type: 'observeAnew' }]);
  });

  it('an engine that goes away is told once, and its return with how long it was gone', () => {
    const { link, effects } = walk([
      { type: 'failed', at: 1_000, message: 'no answer' },
      { type: 'failed', at: 2_000, message: 'no answer' },
      { type: 'answered', at: 9_000 },
    ]);
    expect(effects).toEqual([
      { type: 'tellUnreachable', message: 'no answer' },
      { type: 'tellReachable', downMs: 8_000 },
      { type: 'observeAnew' },
    ]);
    expect(link.value).toBe('reachable');
  });

  it('waits longer after each failure, never longer than a quarter of a minute, and from the start after an answer', () => {
    const fail = { type: 'failed', at: 0, message: '' } as const;
    const waits = [1, 2, 3, 4, 10].map(
      (n) => walk(Array.from({ length: n }, () => fail)).link.context.retryMs,
    );
    expect(waits).toEqual([250, 500, 1_000, 2_000, 15_000]);
    expect(walk([fail, fail, { type: 'answered', at: 1 }]).link.context.retryMs).toBe(250);
  });

  it('goes through JSON in every state', () => {
    for (const events of [[], [{ type: 'failed', at: 5, message: 'x' }]] as const) {
      const { link } = walk(events);
      const stored = JSON.parse(JSON.stringify(link)) as EngineLink;
      expect(nextEngineLink({ ...link, ...stored }, { type: 'answered', at: 9 }).link.value).toBe(
        'reachable',
      );
    }
  });
});
