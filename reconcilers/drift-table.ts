// Every field of a container: how both sides read, and what a difference calls for. A new field of ContainerSpec does
// not compile until it has a row here.

import type { ContainerSpec, PortBinding } from '../desired-state/container-spec.ts';
import {
  capabilities,
  device,
  envValue,
  exposed,
  flag,
  healthcheck,
  isAnonymousVolume,
  list,
  logging,
  mount,
  number,
  port,
  realEntrypoint,
  set,
  shortId,
  signal,
  text,
  ulimits,
} from './canonical.ts';
import { type Field, type Pair, plain, specBefore, whereSet } from './drift-field.ts';
import { machineFields } from './drift-machine.ts';
import { namespaceFields, networkFields } from './drift-networks.ts';
import { restartText } from './drift-resources.ts';
import { pinOf } from './image-key.ts';
import { isOthersLabel } from './pair-differences.ts';

/** On either side. */
function published({ workload, detail }: Pair): readonly PortBinding[] {
  return [...workload.container.ports, ...detail.spec.ports];
}

/** Compared beside the table, or within another row. */
type Elsewhere = 'resources' | 'unsetEnvironment';

export const driftTable: Readonly<Record<Exclude<keyof ContainerSpec, Elsewhere>, Field>> = {
  // What the tag meant when the revision came in force; without that memory, the reference itself.
  image: {
    act: 'recreate',
    desired: ({ workload, context }) => {
      const pin = pinOf(context, workload, context.imageId);
      return pin === undefined || context.imageId === undefined || pin === context.imageId
        ? workload.container.image
        : `${workload.container.image} (${shortId(pin)})`;
    },
    observed: ({ workload, detail, context }) => {
      const pin = pinOf(context, workload, context.imageId);
      if (pin === undefined || context.imageId === undefined) return detail.spec.image;
      if (pin === context.imageId) return workload.container.image;
      const named = detail.spec.image.startsWith('sha256:') ? '' : `${detail.spec.image} `;
      return `${named}(${shortId(context.imageId)})`.trim();
    },
  },
  // As the engine does it: an entrypoint of the manifest's own drops the image's command; an empty command clears it,
  // unless nothing would be left to run.
  command: {
    act: 'recreate',
    desired: ({ workload: { container }, detail: { imageDefaults } }) => {
      const { command, entrypoint } = container;
      const runs = (words: readonly string[] | undefined): boolean => (words?.length ?? 0) > 0;
      const own =
        runs(entrypoint) ||
        (command !== undefined && entrypoint === undefined && runs(imageDefaults.entrypoint));
      return list(runs(command) || own ? command : imageDefaults.command);
    },
    observed: (p) => list(p.detail.spec.command),
  },
  entrypoint: {
    act: 'recreate',
    desired: ({ workload: { container }, detail: { imageDefaults } }) =>
      list(realEntrypoint(container.entrypoint ?? imageDefaults.entrypoint)),
    observed: (p) => list(realEntrypoint(p.detail.spec.entrypoint)),
  },
  // A variable that the manifest takes away is wanted by nobody, also where the image has it.
  environment: {
    act: 'recreate',
    desired: ({ workload, detail }) => {
      const wanted = { ...detail.imageDefaults.environment, ...workload.container.environment };
      const unset = new Set(workload.container.unsetEnvironment);
      return Object.fromEntries(
        Object.entries(wanted)
          .filter(([k]) => !unset.has(k))
          .map(([k, v]) => [k, envValue(v, detail.spec.environment[k])]),
      );
    },
    observed: ({ workload, detail }) =>
      Object.fromEntries(
        Object.entries(detail.spec.environment).map(([k, v]) => [
          k,
          envValue(v, workload.container.environment[k]),
        ]),
      ),
  },
  // Declared, or taken away since: not the image's, not another tool's.
  labels: {
    act: 'recreate',
    desired: ({ workload }) => workload.container.labels,
    observed: ({ workload, detail }) =>
      Object.fromEntries(
        Object.entries(detail.spec.labels).filter(
          ([k, v]) =>
            k in workload.container.labels || (detail.imageDefaults.labels[k] !== v && !isOthersLabel(k)),
        ),
      ),
  },
  workingDir: {
    act: 'recreate',
    desired: (p) => text(p.workload.container.workingDir || p.detail.imageDefaults.workingDir, '/'),
    observed: (p) => text(p.detail.spec.workingDir, '/'),
  },
  user: {
    act: 'recreate',
    desired: (p) => text(p.workload.container.user || p.detail.imageDefaults.user),
    observed: (p) => text(p.detail.spec.user),
  },
  groupAdd: plain((s) => set(s.groupAdd)),
  hostname: whereSet((s) => text(s.hostname)),
  domainname: plain((s) => text(s.domainname)),
  healthcheck: {
    act: 'recreate',
    desired: (p) => healthcheck(p.workload.container.healthcheck, p.detail.imageDefaults.healthcheck),
    observed: (p) => healthcheck(p.detail.spec.healthcheck, undefined),
  },
  stopSignal: {
    act: 'recreate',
    desired: (p) => signal(p.workload.container.stopSignal || p.detail.imageDefaults.stopSignal),
    observed: (p) => signal(p.detail.spec.stopSignal),
  },
  // The engine counts in whole seconds; a part of one is rounded up.
  stopGracePeriodMs: plain((s) => `${Math.ceil((s.stopGracePeriodMs ?? 10_000) / 1000)}s`),
  restart: {
    act: 'update',
    desired: (p) => restartText(p.workload.container.restart),
    observed: (p) => restartText(p.detail.spec.restart),
  },
  ...networkFields,
  ports: plain((s) => set(s.ports.map(port))),
  // A published port is exposed too: where one is published, that is the row above.
  expose: {
    act: 'recreate',
    desired: (p) => exposed(p.workload.container, p.detail.imageDefaults.expose, published(p)),
    observed: (p) => exposed(p.detail.spec, [], published(p)),
  },
  mounts: {
    act: 'recreate',
    desired: ({ workload, context }) =>
      Object.fromEntries(
        workload.container.mounts.map((m) => [
          m.target,
          mount(
            m,
            m.type === 'volume' && m.source !== undefined
              ? (context.volumeNames[m.source] ?? m.source)
              : m.source,
          ),
        ]),
      ),
    // An image's own anonymous volume is no difference.
    observed: ({ workload, detail }) => {
      const declared = new Set(workload.container.mounts.map((m) => m.target));
      const inherited = (target: string): boolean =>
        detail.imageDefaults.volumes.includes(target) && !declared.has(target);
      return Object.fromEntries(
        detail.spec.mounts
          .filter((m) => !(m.type === 'volume' && isAnonymousVolume(m.source) && inherited(m.target)))
          .map((m) => [m.target, mount(m, m.source)]),
      );
    },
  },
  privileged: plain((s) => flag(s.privileged)),
  readOnly: plain((s) => flag(s.readOnly)),
  init: plain((s) => flag(s.init)),
  tty: plain((s) => flag(s.tty)),
  stdinOpen: plain((s) => flag(s.stdinOpen)),
  capAdd: plain((s) => capabilities(s.capAdd)),
  capDrop: plain((s) => capabilities(s.capDrop)),
  securityOpt: plain((s) => set(s.securityOpt)),
  dns: plain((s) => list(s.dns)),
  dnsSearch: plain((s) => list(s.dnsSearch)),
  dnsOpt: plain((s) => list(s.dnsOpt)),
  extraHosts: plain((s) => set(s.extraHosts?.map((h) => h.replace('=', ':')))),
  devices: plain((s) => set(s.devices?.map(device))),
  // The engine adds those of its configuration at start: only what is set counts.
  ulimits: {
    act: 'recreate',
    desired: (p) => ulimits(p.workload.container.ulimits, p.workload.container.ulimits),
    observed: (p) =>
      ulimits(p.detail.spec.ulimits, {
        ...specBefore(p.context)?.ulimits,
        ...p.workload.container.ulimits,
      }),
  },
  sysctls: plain((s) => s.sysctls ?? {}),
  shmSizeBytes: whereSet((s) => number(s.shmSizeBytes)),
  oomKillDisable: plain((s) => flag(s.oomKillDisable)),
  oomScoreAdj: plain((s) => number(s.oomScoreAdj)),
  ...namespaceFields,
  cgroupParent: plain((s) => text(s.cgroupParent)),
  runtime: plain((s) => text(s.runtime, 'runc')),
  ...machineFields,
  // The engine fills in its own driver and, at creation, the options of its configuration: only what is set counts.
  logging: {
    act: 'recreate',
    desired: (p) => logging(p.workload.container.logging),
    observed: ({ workload, detail, context }) => {
      const wanted = workload.container.logging ?? specBefore(context)?.logging;
      const { logging: has } = detail.spec;
      if (wanted === undefined) return undefined;
      const options = Object.entries(has?.options ?? {}).filter(([key]) => key in (wanted.options ?? {}));
      const driver = wanted.driver === undefined || has?.driver === undefined ? {} : { driver: has.driver };
      return logging({ ...driver, options: Object.fromEntries(options) });
    },
  },
};
