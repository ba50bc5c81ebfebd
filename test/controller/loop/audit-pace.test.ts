import { describe, expect, it } from 'vitest';
import { auditPace } from '../../../controller/loop/audit-pace.ts';

const policy = { auditMs: 300_000, resyncMs: 30_000 };

describe('the audit', () => {
  it.for([0, 1, 7, 10, 11, 100, 123, 10_000])('inspects each of %i containers within its period', (n) => {
    const { everyMs, count } = auditPace(n, policy);
    expect(count * (policy.auditMs / everyMs)).toBeGreaterThanOrEqual(n);
  });

  it('takes few containers one by one, and many together with the resync', () => {
    expect(auditPace(5, policy)).toEqual({ everyMs: 60_000, count: 1 });
    expect(auditPace(100, policy)).toEqual({ everyMs: 30_000, count: 10 });
  });

  it('keeps its own period where that is the shorter one', () => {
    expect(auditPace(100, { auditMs: 1_000, resyncMs: 30_000 })).toEqual({ everyMs: 1_000, count: 100 });
  });
});
