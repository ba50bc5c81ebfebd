// What each act of the rules comes to in steps. Decides nothing: the rule has.

import { portGivers, releasesFor } from './blockers.ts';
import {
  beginningOf,
  createSteps,
  endingOf,
  isUp,
  removeStep,
  replaceOutright,
  replaceSteps,
  restoreSteps,
  resumeSteps,
  startStep,
  stopStep,
} from './container-steps.ts';
import { resourceFields, updateOf } from './drift-resources.ts';
import { isResting } from './failover/roles.ts';
import { rebuildSteps } from './image-steps.ts';
import { byLiveName } from './links.ts';
import { passingName } from './mixed-up-names.ts';
import type { ObservedContainer } from './observed.ts';
import type { Cause, Step, StepArgs } from './plan.ts';
import type { Prerequisites } from './prerequisites.ts';
import type { Act } from './rule.ts';
import type { Situation } from './situation.ts';
import { type Draft, inOrder, makeStep, nothing } from './steps.ts';
import { startsBeside } from './successor.ts';
import { besideSteps, giveNamesSteps, takeNamesSteps, yieldSteps } from './successor-steps.ts';
import { changedFiles } from './symptoms.ts';

/** The steps of an act; nothing where there is no container for it to be done to. */
export function stepsOf(act: Act, s: Situation, cause: Cause, made: Prerequisites): Draft {
  const { container, owned } = s;
  if (act === 'create') return createSteps(s, cause, made);
  if (act === 'removeLeftovers') return leftovers(s, cause);
  if (owned.predecessor !== undefined) return replacementSteps(act, s, owned.predecessor, cause, made);
  return container === undefined ? nothing : containerSteps(act, s, container, cause, made);
}

function containerSteps(
  act: Act,
  s: Situation,
  container: ObservedContainer,
  cause: Cause,
  made: Prerequisites,
): Draft {
  const containerId = container.id;
  switch (act) {
    case 'start': {
      const step = startStep(s, cause, container, releasesFor(s.setting, s.workload));
      return { steps: [step], gate: step.id, portsOf: portGivers(s.setting, s.workload) };
    }
    case 'stop':
      return {
        steps: [container, s.owned.candidate].flatMap((c) =>
          c !== undefined && isUp(c) ? [stopStep(s, c, cause)] : [],
        ),
      };
    case 'restart':
      return gated(restartStep(s, container, cause));
    case 'refresh':
      return refresh(s, container, cause);
    case 'unpause':
      return { steps: [makeStep('unpauseContainer', s.ref, { containerId }, cause)] };
    case 'rename': {
      const name = s.workload.containerName;
      const args = { containerId, name, ...(isUp(container) ? { whileRunning: true as const } : {}) };
      return { steps: [makeStep('renameContainer', s.ref, args, cause)] };
    }
    case 'renameAside': {
      const name = passingName(s.workload.containerName, containerId);
      const args = { containerId, name, ...(isUp(container) ? { whileRunning: true as const } : {}) };
      return { steps: [makeStep('renameContainer', s.ref, args, cause)] };
    }
    case 'recreate': {
      const outright = s.workload.lifecycle === 'job' || container.state === 'created' || isResting(s);
      if (outright) return replaceOutright(s, container, cause, made);
      const beside = startsBeside(s, container);
      return (beside ? besideSteps : replaceSteps)(s, container, cause, made);
    }
    case 'build':
      return rebuildSteps(s, cause, made);
    case 'update':
      return { steps: [updateStep(s, container, cause)] };
    case 'connect':
      return { steps: connectSteps(s, container, cause, made) };
    case 'removeDead':
      return { steps: [removeStep(s, container, cause)] };
    case 'yield':
      return yieldSteps(s, container, cause);
    case 'takeNames':
      return takeNamesSteps(s, container, cause);
    case 'giveNames':
      return s.owned.candidate === undefined ? nothing : giveNamesSteps(s, s.owned.candidate, cause);
    case 'discardBeside':
      return s.owned.candidate === undefined ? nothing : { steps: discard(s, s.owned.candidate, cause) };
    default:
      return nothing;
  }
}

function replacementSteps(
  act: Act,
  s: Situation,
  old: ObservedContainer,
  cause: Cause,
  made: Prerequisites,
): Draft {
  const { container } = s;
  switch (act) {
    case 'finishReplacement':
      return { steps: discard(s, old, cause) };
    case 'discardSuccessor':
      return container === undefined ? nothing : { steps: discard(s, container, cause) };
    case 'resumeReplacement':
      return resumeSteps(s, old, cause, made);
    case 'restorePredecessor':
      return restoreSteps(s, old, cause);
    case 'stop':
      return {
        steps: [old, container].flatMap((c) => (c !== undefined && isUp(c) ? [stopStep(s, c, cause)] : [])),
      };
    default:
      return nothing;
  }
}

function gated(step: Step): Draft {
  return { steps: [step], gate: step.id };
}

function restartStep(s: Situation, container: ObservedContainer, cause: Cause): Step {
  const { workload } = s;
  const args = {
    containerId: container.id,
    ...endingOf(workload),
    files: workload.files,
    ...beginningOf(workload),
  };
  return makeStep('restartContainer', s.ref, args, cause, { interrupts: true });
}

/** A signal is enough only if every changed file asks for one. */
function refresh(s: Situation, container: ObservedContainer, cause: Cause): Draft {
  const signals = new Set<string>();
  for (const { onChange } of changedFiles(s)) {
    if (typeof onChange !== 'object') return gated(restartStep(s, container, cause));
    signals.add(onChange.signal);
  }
  const steps = [...signals].sort().map((signal) => {
    const args = { containerId: container.id, signal, files: s.workload.files };
    return makeStep('signalContainer', s.ref, args, cause, { key: signal });
  });
  return { steps: inOrder(steps) };
}

function updateStep(s: Situation, container: ObservedContainer, cause: Cause): Step {
  const changed = s.drift.filter((d) => d.act === 'update').map((d) => d.field);
  const wanted = s.workload.container;
  const fields = resourceFields
    .map(({ name }) => name)
    .filter((name) => changed.includes(`resources.${name}`));
  const args: StepArgs['updateContainer'] = {
    containerId: container.id,
    ...(fields.length === 0 ? {} : { resources: updateOf(wanted.resources, fields) }),
    ...(changed.includes('restart') ? { restart: wanted.restart } : {}),
  };
  return makeStep('updateContainer', s.ref, args, cause);
}

/** Aliases and addresses cannot be changed on a connection: it is cut and made anew. */
function connectSteps(
  s: Situation,
  container: ObservedContainer,
  cause: Cause,
  made: Prerequisites,
): readonly Step[] {
  const { world } = s.setting;
  const steps: Step[] = [];
  const names = new Map(
    Object.keys(s.workload.container.networks).map((name) => [world.networkNames[name] ?? name, name]),
  );
  for (const { field } of s.drift.filter((d) => d.act === 'connect')) {
    const network = field.slice('networks.'.length);
    const name = names.get(network);
    const isOn = container.networks[network] !== undefined;
    const create = name === undefined ? undefined : made.networks.get(name);
    const after = create === undefined ? [] : [create];
    // One that was removed and made anew is left by name, which only works once it is there again.
    if (isOn) {
      steps.push(
        makeStep('disconnectNetwork', s.ref, { containerId: container.id, network }, cause, {
          key: network,
          after,
        }),
      );
    }
    if (name === undefined) continue;
    const { networks, links } = s.workload.container;
    const attachment = networks[name] ?? {};
    const args = {
      containerId: container.id,
      network,
      attachment,
      ...(links === undefined ? {} : { links: byLiveName(links, world.liveNames) }),
    };
    steps.push(makeStep('connectNetwork', s.ref, args, cause, { key: network, after }));
  }
  return inOrder(steps);
}

function leftovers(s: Situation, cause: Cause): Draft {
  return {
    steps: s.owned.leftovers.flatMap((c) => discard(s, c, cause)),
  };
}

function discard(s: Situation, container: ObservedContainer, cause: Cause): readonly Step[] {
  return inOrder([
    ...(isUp(container) ? [stopStep(s, container, cause)] : []),
    removeStep(s, container, cause),
  ]);
}
