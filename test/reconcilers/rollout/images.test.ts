// What a rollout has first, and what it asks of a canary: images before its first wave, errors at the end of its time.

import { describe, expect, test } from 'vitest';
import type { RolloutInput } from '../../../reconcilers/rollout/context.ts';
import { rollout } from '../../../reconcilers/rollout/definition.ts';
import { begun, input, type Walk } from '../../support/rollout-walk.ts';

describe('images', () => {
  const pulls = [{ ref: 'Service/b' as const, image: 'app:2' }];
  const found = { 'Service/db': 'r1', 'Service/a': 'r1', 'Service/b': 'r1' };
  const missing = { 'Service/b': 'ImageMissing: no such image' };
  const pulling = (more: Partial<RolloutInput> = {}) => begun({ pulls, asFound: found, ...more });
  const pulled = (walk: Walk, failed: object = {}): Walk =>
    walk.feed({ type: 'worked', work: `pull-${walk.context.asked}`, failed });

  test('of all waves are had before the first begins, and until then all is as it was found', () => {
    const walk = pulling();
    expect([walk.state, walk.aim]).toMatchObject([
      'pulling',
      { revision: 'r1', waiting: 'all', forms: found, back: false },
    ]);
    expect(rollout.work?.(walk.state, walk.context)).toMatchObject({ type: 'pullImages', pulls });
    expect(pulled(walk).state).toBe('rolling');
    expect(walk.aim?.revision).toBe('r2');
  });

  test('that cannot be had are tried again for a wave’s time; then nothing has begun, and the revision is left', () => {
    const walk = pulled(pulling(), missing);
    expect(walk.state).toBe('awaitingImages');
    expect(rollout.outlook(walk.state, walk.context).message).toContain('ImageMissing');
    expect(walk.after(15_000).state).toBe('pulling');
    expect(pulled(walk, missing).after(600_000).state).toBe('pulling');
    pulled(walk, missing);
    expect(walk.asked).toContain('tell ImagesNotPulled');
    expect([walk.state, walk.aim]).toMatchObject(['rollingBack', { revision: 'r1', back: true }]);
    const asked = walk.effects.find((e) => e.type === 'quarantine');
    expect(asked && rollout.asks(asked).quarantined?.why).toContain('its images could not be had');
    expect(walk.look(['Service/db']).state).toBe('rolledBack');
  });

  test('had at another try count as had', () => {
    const walk = pulled(pulled(pulling(), missing).after(15_000));
    expect([walk.state, walk.context.failed]).toEqual(['rolling', {}]);
  });

  test('with onFailure: pause a person decides before anything has begun', () => {
    const over = (): Walk => pulled(pulled(pulling({ onFailure: 'pause' }), missing).after(600_000), missing);
    expect(rollout.outlook(over().state, over().context).choices).toEqual([
      'retry',
      'continue',
      'rollback',
      'abort',
    ]);
    expect(over().aim?.waiting).toBe('all');
    expect(over().decides('retry').state).toBe('pulling');
    expect(over().decides('continue').state).toBe('rolling');
    expect(over().decides('rollback').state).toBe('rollingBack');
    expect(over().decides('abort').state).toBe('aborted');
  });

  test('of a newer revision on the way are had first too, while what has begun stays', () => {
    const walk = pulled(pulling()).look(['Service/db']);
    walk.feed({ type: 'merge', course: { ...input, revision: 'r3', pulls } });
    expect([walk.state, walk.aim]).toMatchObject(['pulling', { revision: 'r3', back: false }]);
    expect(walk.aim?.waiting).toEqual(new Set(['Service/db', 'Service/a', 'Service/b']));
  });

  test('of a newer revision on the way have a time of their own; without them all that has begun is asked about first', () => {
    const walk = pulled(pulling()).look(['Service/db']).after(590_000);
    walk.feed({ type: 'merge', course: { ...input, revision: 'r3', pulls } });
    expect(pulled(walk.after(15_000), missing).state).toBe('awaitingImages');
    walk.after(15_000);
    pulled(walk.after(600_000), missing);
    expect(walk.state).toBe('checking');
    expect(walk.worked().look(['Service/a', 'Service/b']).state).toBe('rollingBack');
    expect(walk.look(['Service/db', 'Service/a', 'Service/b']).state).toBe('rolledBack');
    const asks = pulled(pulling({ onFailure: 'pause' })).look(['Service/db']);
    asks.feed({ type: 'merge', course: { ...input, onFailure: 'pause', revision: 'r3', pulls } });
    pulled(pulled(asks, missing).after(600_000), missing);
    expect(asks.decides('rollback').state).toBe('checking');
  });
});

describe('the errors of a canary', () => {
  const waves = [{ tier: 'standard', refs: ['Service/a'], canary: true }, input.waves[0]] as never;
  const watched = () =>
    begun({ waves, canaryErrors: { maxPercent: 5 } })
      .look(['Service/a'])
      .after(60_000);
  const measured = (walk: Walk, answer: object): Walk =>
    walk.feed({ type: 'worked', work: `measure-${walk.context.asked}`, ...answer });

  test('are asked for when its time is over, and decide with its readiness', () => {
    expect(watched().state).toBe('measuring');
    expect(rollout.work?.('measuring', watched().context)).toMatchObject({
      type: 'measureErrors',
      refs: ['Service/a'],
      maxPercent: 5,
    });
    expect(measured(watched(), {}).look(['Service/a']).context.index).toBe(1);
    const failed = measured(watched(), { failed: { 'Service/a': '7 of its 100 calls failed' } });
    expect([failed.state, failed.context.failed]).toEqual([
      'checking',
      { 'Service/a': '7 of its 100 calls failed' },
    ]);
    expect(measured(watched(), { error: 'the engine is away' }).context.failed).toEqual({
      'Service/a': 'the engine is away',
    });
  });

  test('are nobody’s business in other waves, and where no share is declared', () => {
    expect(begun({ waves }).look(['Service/a']).after(60_000).state).toBe('confirming');
    const other = begun({ minReadyMs: 1_000, canaryErrors: { maxPercent: 5 } }).look(['Service/db']);
    expect(other.after(1_000).state).toBe('confirming');
  });
});
