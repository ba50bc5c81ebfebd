// A workload that fails for want of room: the engine's disk is freed before it is tried again, once, and where that does not
// help a person is told what to type.

import { describe, expect, test } from 'vitest';
import type { FreeDisk } from '../../../reconcilers/procedures/definition.ts';
import type { RecoveryInput } from '../../../reconcilers/recovery/context.ts';
import { recovery } from '../../../reconcilers/recovery/definition.ts';
import { failover, RecoveryWalk, ready, restarted } from '../../support/recovery-walk.ts';

const log = ['write: no space left on device'];
const disk = (usedPercent: number) => ({ path: '/var/lib/docker', usedPercent, freeBytes: 1 });
const mib = 2 ** 20;

class FullWalk extends RecoveryWalk {
  get work(): FreeDisk | undefined {
    return recovery.work?.(this.state, this.context) as FreeDisk | undefined;
  }

  get message(): string {
    return recovery.outlook(this.state, this.context).message;
  }

  /** Its work under way is done: so much was gained, and so full is the disk now. */
  freed(bytes: number, usedPercent?: number): this {
    const room = usedPercent === undefined ? {} : { disk: disk(usedPercent) };
    return this.feed({ type: 'worked', work: this.work?.id, bytes, ...room });
  }

  told(type: string): string {
    return String(this.effects.find((e) => e.type === type)?.params['message']);
  }
}

const full = (given: Partial<RecoveryInput> = {}): FullWalk => new FullWalk(given).evidence({ log });

describe('a full disk', () => {
  test('is freed source by source; what gained room is told and tried at once', () => {
    const walk = full();
    expect([walk.state, walk.work]).toEqual([
      'freeing',
      { id: 'danglingImages-1', type: 'freeDisk', source: 'danglingImages', maxPercent: 90 },
    ]);
    walk.freed(300 * mib, 93);
    expect([walk.state, walk.work?.source]).toEqual(['freeing', 'buildCache']);
    expect(walk.freed(0, 88).state).toBe('restarting');
    expect(walk.asked).toEqual(['tellFreed', 'forget Service/web']);
    expect(walk.told('tellFreed')).toBe(
      'the disk was full: images without a name that nothing uses gave 300 MiB, the build cache gave 0 MiB, /var/lib/docker is 88 % in use; it is tried again',
    );
  });

  test('that stays as full is left to a person, with what to type', () => {
    const walk = full().freed(0, 97).freed(0, 97);
    expect([walk.state, ...walk.asked]).toEqual(['escalated', 'tellEscalated']);
    expect(walk.told('tellEscalated')).toContain(
      "the build cache gave 0 MiB, /var/lib/docker is 97 % in use: volumes, containers and images with a name are a person's to judge",
    );
    const { details = [] } = recovery.outlook(walk.state, walk.context);
    expect(details.find((d) => d.name === 'look with')?.lines).toContain('docker system df -v');
  });

  test('is no reason to do anything more about one that is ready by then', () => {
    const walk = full().feed({ type: 'ready' });
    expect(walk.state).toBe('settling');
    expect(walk.freed(0, 97).state).toBe('settling');
  });

  test('that cannot be freed because the engine refuses is told so', () => {
    const walk = full().feed({ type: 'worked', work: 'danglingImages-1', error: 'not now', disk: disk(97) });
    walk.freed(0, 97);
    expect(walk.told('tellEscalated')).toContain('nothing uses could not be freed (not now)');
  });

  test('of another than the engine has nothing freed: the loop goes on within its budget', () => {
    const walk = full().freed(0, 40).freed(0, 40);
    expect([walk.state, ...walk.asked]).toEqual(['restarting']);
    walk.feed(restarted).failed({ looping: true }).evidence({ log });
    expect(walk.state).toBe('escalated');
    expect(walk.message).toContain("the engine's own disk has room (/var/lib/docker, 40 % in use)");
  });

  test('on another machine is left to a person only where the engine itself says that it is full', () => {
    expect(full().freed(0).freed(0).state).toBe('restarting');
    const walk = new FullWalk().feed({
      type: 'evidence',
      evidence: { at: 1, message: 'no space left', oomKilled: false, log: [] },
    });
    expect(walk.state).toBe('restarting');
    const said = new FullWalk({ failure: { ...walk.context.failure, reason: 'NoSpace' } }).evidence();
    expect(said.freed(0).freed(0).state).toBe('escalated');
    expect(said.message).toContain("the engine's disk cannot be looked at from here");
  });

  test('is freed once, and once more when a person has it tried anew', () => {
    const walk = full().freed(0, 97).freed(0, 97);
    walk.decides('retry').feed(restarted).failed().evidence({ log });
    expect([walk.state, walk.work?.id]).toEqual(['freeing', 'danglingImages-2']);
    walk.freed(mib, 91).freed(0, 91).feed(restarted).failed().evidence({ log });
    expect(walk.state).toBe('restarting');
  });

  test('whose freeing is answered late, of another one, is not taken for freed', () => {
    expect(full().feed({ type: 'worked', work: 'buildCache-1', bytes: mib }).state).toBe('freeing');
  });

  test('that is given 100 % is never freed', () => {
    expect(full({ diskPercent: 100 }).state).toBe('restarting');
  });

  test('that cannot be freed has the standby take its place', () => {
    expect(full({ failover }).freed(0, 97).freed(0, 97).state).toBe('startingStandby');
  });

  test('is left when the platform is held meanwhile', () => {
    expect(full().feed({ type: 'held' }).feed({ type: 'released' }).feed(ready).state).toBe('settling');
  });
});
