// Compose's labels as an identity: what docker-compose and docker compose made is known by them, since labels of what
// exists cannot be changed. Says who is meant, never whose it is: that is ownership's and the facts'.

import { indexOf, instanceName, withoutIndex } from '../desired-state/instances.ts';
import { identityLabels } from './observed.ts';

type Labels = Readonly<Record<string, string>>;

export const composeLabels = {
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
  number: 'com.docker.compose.container-number',
  /** `True` (1.29) or `true`: made by `compose run`, no part of the project. */
  oneoff: 'com.docker.compose.oneoff',
  /** On every container that Compose made, and on no image that it built: those carry project and service too. */
  configHash: 'com.docker.compose.config-hash',
  network: 'com.docker.compose.network',
  volume: 'com.docker.compose.volume',
  version: 'com.docker.compose.version',
  workingDir: 'com.docker.compose.project.working_dir',
  configFiles: 'com.docker.compose.project.config_files',
} as const;

/** Labels with reeve's identity beside Compose's own; as they are where reeve made it, or Compose did not. */
export function identified(labels: Labels, kind: 'container' | 'network' | 'volume', name: string): Labels {
  const project = labels[composeLabels.project];
  if (project === undefined || identityLabels.platform in labels) return labels;
  if (kind !== 'container') {
    const called = labels[composeLabels[kind]];
    const kindLabel = kind === 'network' ? 'Network' : 'Volume';
    return called === undefined ? labels : { ...labels, ...identity(project, kindLabel, called) };
  }
  const service = labels[composeLabels.service];
  if (service === undefined || !isMadeByCompose(labels)) return labels;
  if (labels[composeLabels.oneoff]?.toLowerCase() === 'true') return labels;
  const called = instanceName(service, Number(labels[composeLabels.number] ?? 1) || 1);
  return { ...labels, ...identity(project, 'Service', called), [identityLabels.container]: name };
}

function identity(platform: string, kind: string, name: string): Labels {
  return { [identityLabels.platform]: platform, [identityLabels.kind]: kind, [identityLabels.name]: name };
}

/** A container that Compose made, adopted or not; one that reeve made carries a spec hash. */
export function isMadeByCompose(labels: Labels): boolean {
  return (
    composeLabels.project in labels &&
    composeLabels.configHash in labels &&
    !(identityLabels.specHash in labels)
  );
}

/** A network or volume that Compose made. */
export function isPartOfCompose(labels: Labels): boolean {
  return composeLabels.project in labels;
}

/** Its place in Compose's project was carried on from its predecessor. */
export function isSuccessorOfCompose(labels: Labels): boolean {
  return labels[composeLabels.configHash] === madeByReeve;
}

/** No hash of any configuration: Compose counts only what has one, and makes anew what has another than it wants. */
const madeByReeve = 'made-by-reeve';

/** A name by Compose's own pattern, of 1.29 (`shop_web_1`, `3f2a…_shop_web_1`) or later (`shop-web-1`). */
export function isComposeName(name: string, platform: string, resource: string): boolean {
  const service = withoutIndex(resource);
  const number = indexOf(resource);
  const own = name.replace(/^[0-9a-f]{12}_/, '');
  return own === `${platform}_${service}_${number}` || own === `${platform}-${service}-${number}`;
}

/**
 * What a successor carries on of its predecessor's labels, so that Compose still counts it in. Not the hash of its
 * configuration: the successor was made for another one. Empty where the predecessor had no place in a project.
 */
export function carriedLabels(labels: Labels): Labels {
  const carried = [
    composeLabels.project,
    composeLabels.service,
    composeLabels.number,
    composeLabels.oneoff,
    composeLabels.version,
    composeLabels.workingDir,
    composeLabels.configFiles,
  ];
  if (!(composeLabels.configHash in labels)) return {};
  const kept = carried.flatMap((key) => (key in labels ? [[key, labels[key] ?? '']] : []));
  return { ...Object.fromEntries(kept), [composeLabels.configHash]: madeByReeve };
}
