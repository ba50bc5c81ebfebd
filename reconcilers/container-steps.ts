// Steps on one workload's containers: create, replace, roll back. Each step is one engine call, and a crash between
// any two leaves a world that the next plan resolves from what it sees.

import type { ContainerSpec } from '../desired-state/container-spec.ts';
import type { Workload } from '../desired-state/resource.ts';
import { portGivers, releasesFor } from './blockers.ts';
import { carriedLabels } from './compose-identity.ts';
import { isResting } from './failover/roles.ts';
import { imageSteps } from './image-steps.ts';
import { imageWant } from './images.ts';
import { byLiveName } from './links.ts';
import { identityLabels, type ObservedContainer } from './observed.ts';
import { predecessorName, successorName } from './ownership.ts';
import type { Cause, Step, StepArgs } from './plan.ts';
import type { Prerequisites } from './prerequisites.ts';
import { sharedModes } from './shared-modes.ts';
import type { Situation } from './situation.ts';
import { type Draft, inOrder, makeStep } from './steps.ts';

/**
 * Create and start; the start waits for dependencies, the create need not: but where it shares another's namespaces the
 * engine wants to know that container when it makes this one.
 */
export function createSteps(s: Situation, cause: Cause, made: Prerequisites): Draft {
  const steps = [...imageSteps(s, cause, made)];
  const create = createStep(s, cause, made, { releases: releasesFor(s.setting, s.workload) });
  if (isResting(s)) return { steps: [...steps, create] };
  const start = startStep(s, cause, undefined, [create.id]);
  const gate = sharedModes(s.workload.container).length > 0 ? create.id : start.id;
  return { steps: [...steps, create, start], gate, portsOf: portGivers(s.setting, s.workload) };
}

/**
 * The new one is made under a passing name, the old one's policy set to `no` (an engine restart must not revive it beside
 * the new one), then they change places. The old one is removed by a later plan, which has seen the new one ready.
 * Nothing is renamed while it runs: the engine writes an old count of the network's endpoints over what a start or stop
 * beside it has just counted, and the network can then never be removed (20.10: 7 lost by 69 recreations, measured).
 */
export function replaceSteps(s: Situation, old: ObservedContainer, cause: Cause, made: Prerequisites): Draft {
  const { ref, workload } = s;
  const pull = imageSteps(s, cause, made);
  const { containerName } = workload;
  const create = createStep(s, cause, made, {
    old,
    name: successorName(containerName, old.id),
    releases: releasesFor(s.setting, workload),
  });
  const aside = { containerId: old.id, name: predecessorName(containerName, old.id) };
  const steps = inOrder([
    create,
    ...disarm(s, old, cause),
    ...(isUp(old) ? [stopStep(s, old, cause)] : []),
    makeStep('renameContainer', ref, aside, cause),
    makeStep('renameContainer', ref, { name: containerName }, cause, { key: 'successor' }),
    startStep(s, cause, undefined, []),
  ]);
  return { steps: [...pull, ...steps], gate: create.id, portsOf: portGivers(s.setting, workload) };
}

/** A job, what never ran, or a standby at rest: nothing that must run on, so the old one goes first. */
export function replaceOutright(
  s: Situation,
  old: ObservedContainer,
  cause: Cause,
  made: Prerequisites,
): Draft {
  const pull = imageSteps(s, cause, made);
  const stops = isUp(old) ? [stopStep(s, old, cause)] : [];
  const remove = removeStep(s, old, cause);
  const steps = inOrder([
    ...stops,
    remove,
    createStep(s, cause, made, { old, releases: releasesFor(s.setting, s.workload) }),
    ...(isResting(s) ? [] : [startStep(s, cause, undefined, [])]),
  ]);
  const [first = remove, ...rest] = steps;
  const gated = { ...first, after: [...first.after, ...pull.map((p) => p.id)] };
  return { steps: [...pull, gated, ...rest], gate: first.id, portsOf: portGivers(s.setting, s.workload) };
}

/** Goes on with a recreate that was interrupted: the old one gave its name up, and the new one has not begun. */
export function resumeSteps(s: Situation, old: ObservedContainer, cause: Cause, made: Prerequisites): Draft {
  const pull = s.container === undefined ? imageSteps(s, cause, made) : [];
  const steps = inOrder([
    ...disarm(s, old, cause),
    ...(s.container === undefined
      ? [createStep(s, cause, made, { old, releases: releasesFor(s.setting, s.workload) })]
      : []),
    ...(isUp(old) ? [stopStep(s, old, cause)] : []),
    ...(s.container === undefined || !isUp(s.container) ? [startStep(s, cause, s.container, [])] : []),
  ]);
  const [first, ...rest] = steps;
  if (first === undefined) return { steps: pull };
  const after = [...first.after, ...pull.map((p) => p.id)];
  return { steps: [...pull, { ...first, after }, ...rest], gate: first.id };
}

/** The new one goes, the old one comes back under its name, with its restart policy. */
export function restoreSteps(s: Situation, old: ObservedContainer, cause: Cause): Draft {
  const { ref, workload, container } = s;
  const restart = { restart: policyOf(s, old) };
  const running = isUp(old) ? { whileRunning: true as const } : {};
  return {
    steps: inOrder([
      ...(container !== undefined && isUp(container) ? [stopStep(s, container, cause)] : []),
      ...(container === undefined ? [] : [removeStep(s, container, cause)]),
      makeStep(
        'renameContainer',
        ref,
        { containerId: old.id, name: workload.containerName, ...running },
        cause,
      ),
      makeStep('updateContainer', ref, { containerId: old.id, ...restart }, cause, {
        key: old.id.slice(0, 12),
      }),
      ...(isUp(old) ? [] : [startStep(s, cause, old, [])]),
    ]),
  };
}

function policyOf(s: Situation, old: ObservedContainer): Workload['container']['restart'] {
  const wanted = s.workload.container.restart;
  const remembered = s.facts.replacing[s.ref];
  const name = (['no', 'always', 'unless-stopped', 'on-failure'] as const).find(
    (n) => n === remembered?.restart,
  );
  return remembered?.oldId !== old.id || name === undefined || name === wanted.name ? wanted : { name };
}

export function startStep(
  s: Situation,
  cause: Cause,
  container: ObservedContainer | undefined,
  after: readonly string[],
): Step {
  const args = {
    ...(container === undefined ? {} : { containerId: container.id }),
    files: s.workload.files,
    ...beginningOf(s.workload),
  };
  return makeStep('startContainer', s.ref, args, cause, { after });
}

export function stopStep(s: Situation, container: ObservedContainer, cause: Cause): Step {
  const args = { containerId: container.id, ...endingOf(s.workload) };
  return makeStep('stopContainer', s.ref, args, cause, { interrupts: true, key: container.id.slice(0, 12) });
}

/** Anonymous volumes stay: they have moved along, or hold data nobody asked to lose. */
export function removeStep(s: Situation, container: ObservedContainer, cause: Cause): Step {
  const args = { containerId: container.id, name: container.name, volumes: false };
  return makeStep('removeContainer', s.ref, args, cause, { key: container.id.slice(0, 12) });
}

/** How it is stopped: after how long by force, and what is run in it before. */
export function endingOf(workload: Workload): Pick<StepArgs['stopContainer'], 'graceMs' | 'preStop'> {
  const { stopGracePeriodMs: graceMs } = workload.container;
  const { preStop } = workload;
  return { ...(graceMs === undefined ? {} : { graceMs }), ...(preStop === undefined ? {} : { preStop }) };
}

/** What is run in it once it has started. */
export function beginningOf({ postStart }: Workload): Pick<StepArgs['startContainer'], 'postStart'> {
  return postStart === undefined ? {} : { postStart };
}

export function isUp(container: ObservedContainer): boolean {
  return container.state === 'running' || container.state === 'restarting' || container.state === 'paused';
}

/** The engine must not revive it beside the new one. */
export function disarm(s: Situation, old: ObservedContainer, cause: Cause): Step[] {
  const policy = old.detail?.spec.restart.name;
  if (policy === 'no') return [];
  const args = { containerId: old.id, restart: { name: 'no' as const } };
  return [makeStep('updateContainer', s.ref, args, cause, { key: old.id.slice(0, 12) })];
}

interface CreateOptions {
  /** The one that it takes the place of. */
  readonly old?: ObservedContainer;
  /** Absent: the workload's own. */
  readonly name?: string;
  /** Ids of steps that give up what it needs. */
  readonly releases: readonly string[];
  /** Absent: the workload's own. */
  readonly spec?: ContainerSpec;
}

/** The step that makes its container. */
export function createStep(
  s: Situation,
  cause: Cause,
  made: Prerequisites,
  { old, name = s.workload.containerName, releases, spec: container = s.workload.container }: CreateOptions,
): Step {
  const pull = made.pulls.get(container.image);
  const networks = Object.keys(container.networks);
  const volumes = container.mounts.flatMap((m) =>
    m.type === 'volume' && m.source !== undefined ? [m.source] : [],
  );
  const volumeNames = pick(s.setting.world.volumeNames, volumes);
  const args: StepArgs['createContainer'] = {
    name,
    spec: withLiveNames(s, container),
    ...imageIdOf(s),
    labels: labelsOf(s, old),
    networkNames: pick(s.setting.world.networkNames, networks),
    volumeNames,
    mustExist: Object.values(volumeNames),
    inheritVolumes: inherited(s.workload, old),
    files: s.workload.files,
  };
  const after = [
    ...(pull === undefined ? [] : [pull]),
    ...networks.flatMap((n) => made.networks.get(n) ?? []),
    ...volumes.flatMap((v) => made.volumes.get(v) ?? []),
    ...releases,
  ];
  return makeStep('createContainer', s.ref, args, cause, { after });
}

/** By id, where the tag has moved since the revision came in force, or may have: what it meant then. */
function imageIdOf(s: Situation): { imageId?: string } {
  const want = imageWant(s.setting.world, s.setting.images, s.workload);
  return 'id' in want && want.id !== undefined ? { imageId: want.id } : {};
}

/** Namespaces of an adopted container are shared by the name that it bears; it is linked to by that too. */
function withLiveNames(s: Situation, spec: ContainerSpec): ContainerSpec {
  const { liveNames } = s.setting.world;
  if (liveNames.size === 0) return spec;
  const live = (mode: string | undefined): string | undefined => {
    const holder = liveNames.get(mode?.replace(/^container:/, '') ?? '');
    return mode?.startsWith('container:') && holder !== undefined ? `container:${holder}` : mode;
  };
  const { networkMode, pidMode, ipcMode, links, volumesFrom } = spec;
  const modes = Object.entries({ networkMode, pidMode, ipcMode }).flatMap(([key, mode]) =>
    live(mode) === mode ? [] : [[key, live(mode)] as const],
  );
  return {
    ...spec,
    ...Object.fromEntries(modes),
    ...(links === undefined ? {} : { links: byLiveName(links, liveNames) }),
    ...(volumesFrom === undefined ? {} : { volumesFrom: byLiveName(volumesFrom, liveNames) }),
  };
}

/** Compose's labels that the one before it had, also where it is gone. */
function composeLabelsOf(s: Situation, old: ObservedContainer | undefined): Readonly<Record<string, string>> {
  if (old !== undefined) return carriedLabels(old.labels);
  return s.setting.everMade.get(s.ref)?.compose ?? {};
}

function labelsOf(s: Situation, old: ObservedContainer | undefined): Record<string, string> {
  const { workload, hash } = s;
  return {
    ...composeLabelsOf(s, old),
    ...workload.container.labels,
    [identityLabels.platform]: s.setting.world.revision.platform,
    [identityLabels.kind]: workload.kind,
    [identityLabels.name]: workload.name,
    [identityLabels.revision]: s.setting.world.revision.id,
    [identityLabels.specHash]: hash,
    [identityLabels.container]: workload.containerName,
    ...(workload.protect ? { [identityLabels.protect]: 'true' } : {}),
  };
}

function inherited(workload: Workload, old: ObservedContainer | undefined): Readonly<Record<string, string>> {
  const named = new Set(
    workload.container.mounts.filter((m) => m.type !== 'volume' || m.source).map((m) => m.target),
  );
  const volumes = Object.entries(old?.detail?.anonymousVolumes ?? {});
  return Object.fromEntries(volumes.filter(([target]) => !named.has(target)));
}

function pick(names: Readonly<Record<string, string>>, wanted: readonly string[]): Record<string, string> {
  return Object.fromEntries(wanted.map((name) => [name, names[name] ?? name]));
}
