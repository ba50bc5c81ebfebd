// The platform's settings: what is written over the defaults of revision.ts.

import { resolve } from 'node:path';
import type { ImagesFields } from '../manifest/images.ts';
import type { PolicyFields } from '../manifest/policy.ts';
import { type CanaryErrors, defaultPolicy, type Policy, standardHost } from '../revision.ts';
import { parseDuration, parseSize } from '../units.ts';

/** The schema has checked the texts. `baseDir`: of the file that they are written in. */
export function resolvePolicy(written: PolicyFields = {}, images: ImagesFields = {}, baseDir = ''): Policy {
  const base = defaultPolicy;
  const { restartBudget, backoff, recovery, retention } = written;
  return {
    maxDelete: shareOf(written.maxDelete) ?? base.maxDelete,
    minReadySeconds: written.minReadySeconds ?? base.minReadySeconds,
    resetAfterMs: ms(written.resetAfter) ?? base.resetAfterMs,
    restartBudget: {
      restarts: restartBudget?.restarts ?? base.restartBudget.restarts,
      withinMs: ms(restartBudget?.within) ?? base.restartBudget.withinMs,
    },
    backoff: {
      initialMs: ms(backoff?.initial) ?? base.backoff.initialMs,
      maxMs: ms(backoff?.max) ?? base.backoff.maxMs,
      factor: backoff?.factor ?? base.backoff.factor,
    },
    recovery: {
      settleMs: ms(recovery?.settle) ?? base.recovery.settleMs,
      verifyMs: ms(recovery?.verify) ?? base.recovery.verifyMs,
    },
    ...hostOf(written.host),
    ...completeRecoveryOf(written.completeRecovery),
    ...engineOf(written.engine),
    pauseGraceMs: ms(written.pauseGrace) ?? base.pauseGraceMs,
    progressDeadlineMs: ms(written.progressDeadline) ?? base.progressDeadlineMs,
    rollout: rolloutOf(written.rollout),
    concurrency: written.concurrency ?? base.concurrency,
    resyncMs: ms(written.resync) ?? base.resyncMs,
    auditMs: ms(written.audit) ?? base.auditMs,
    drift: written.drift ?? base.drift,
    rules: { ...base.rules, ...given(written.rules ?? {}) },
    exemptions: written.exemptions ?? base.exemptions,
    allowedMounts: (written.allowedMounts ?? []).map((folder) => resolve(baseDir, folder)),
    capToHost: written.capToHost ?? base.capToHost,
    images: {
      pulls: images.pulls ?? base.images.pulls,
      builds: images.builds ?? base.images.builds,
      checkEveryMs: ms(images.checkEvery) ?? base.images.checkEveryMs,
    },
    retention: {
      eventsMs: ms(retention?.events) ?? base.retention.eventsMs,
      plans: retention?.plans ?? base.retention.plans,
      revisions: retention?.revisions ?? base.retention.revisions,
    },
  };
}

function hostOf(written: PolicyFields['host']): Pick<Policy, 'host'> {
  if (written === undefined) return {};
  const { maxDisk, minMemory } = written;
  return {
    host: {
      maxDiskPercent: maxDisk === undefined ? standardHost.maxDiskPercent : Number.parseFloat(maxDisk),
      minMemoryBytes: bytes(minMemory) ?? standardHost.minMemoryBytes,
    },
  };
}

function bytes(size: number | string | undefined): number | undefined {
  return typeof size === 'string' ? parseSize(size) : size;
}

/** The runbook's wait, where none is written. */
const startTimeoutMs = 30_000;
const outageMs = 30_000;

function completeRecoveryOf(written: PolicyFields['completeRecovery']): Pick<Policy, 'completeRecovery'> {
  if (written === undefined) return {};
  const { onOutage, after } = written;
  return {
    completeRecovery: { outagePercent: Number.parseFloat(onOutage), afterMs: ms(after) ?? outageMs },
  };
}

function engineOf(written: PolicyFields['engine']): Pick<Policy, 'engine'> {
  if (written?.startCommand === undefined) return {};
  return {
    engine: {
      startCommand: written.startCommand,
      startTimeoutMs: ms(written.startTimeout) ?? startTimeoutMs,
    },
  };
}

function rolloutOf(written: PolicyFields['rollout'] = {}): Policy['rollout'] {
  const base = defaultPolicy.rollout;
  return {
    maxUnavailable: shareOf(written.maxUnavailable) ?? base.maxUnavailable,
    minReadyMs: ms(written.minReady) ?? base.minReadyMs,
    canaryMs: ms(written.canaryFor) ?? base.canaryMs,
    ...(written.canaryErrors === undefined ? {} : { canaryErrors: errorsOf(written.canaryErrors) }),
    stableAfterMs: ms(written.stableAfter) ?? base.stableAfterMs,
    onFailure: written.onFailure ?? base.onFailure,
  };
}

function errorsOf({
  max,
  metrics,
}: NonNullable<NonNullable<PolicyFields['rollout']>['canaryErrors']>): CanaryErrors {
  const { port, path = '/metrics', failed, all } = metrics ?? {};
  return {
    maxPercent: Number.parseFloat(max),
    ...(port === undefined || failed === undefined || all === undefined
      ? {}
      : { metrics: { port, path, failed, all } }),
  };
}

function given<K extends string, V>(fields: { readonly [P in K]?: V | undefined }): { [P in K]?: V } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [P in K]?: V;
  };
}

function ms(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseDuration(text);
}

function shareOf(written: PolicyFields['maxDelete']): Policy['maxDelete'] | undefined {
  if (typeof written === 'number') return { count: written };
  return written === undefined ? undefined : { percent: Number.parseFloat(written) };
}
