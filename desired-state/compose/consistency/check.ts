// What the schema cannot say: names that lead nowhere, and what contradicts itself within one service (loader/validate.go
// of compose-go). Judges active services of a normalised model; each mistake is told where it is written.

import { childOf, type MapNode, type Node } from '../../tree.ts';
import { didYouMean } from '../../yaml/suggest.ts';
import { isTrue } from '../canonical/defaults.ts';
import { type Loading, tell } from '../loading.ts';
import { sectionOf } from '../sections.ts';
import { checkDependencies } from './dependencies.ts';
import { checkAgreement } from './numbers.ts';
import { type Checked, itemsOf, textOf } from './parts.ts';

export function checkConsistency(
  loading: Loading,
  model: MapNode,
  services: ReadonlyMap<string, MapNode>,
): void {
  const checked: Checked = {
    model,
    services,
    isRefused: (service) => loading.wrong.has(`services.${service}`),
    wrong: (service, at, code, message, hint) => {
      tell(loading, 'error', at, { code, message, ...(hint === undefined ? {} : { hint }) });
      loading.wrong.add(`services.${service}`);
    },
  };
  for (const [name, service] of services) {
    checkImage(checked, name, service);
    checkBuild(checked, name, service);
    checkNetworks(checked, name, service);
    checkReferences(checked, name, service);
    checkHealth(checked, name, service);
    checkMounts(checked, name, service);
    checkAgreement(checked, name, service);
  }
  checkDependencies(checked);
  checkNames(checked);
  checkSecrets(loading, model);
}

function checkImage({ wrong }: Checked, name: string, service: MapNode): void {
  const has = (key: string) => {
    const node = childOf(service, key);
    return node !== undefined && !(node.kind === 'scalar' && (node.value === null || node.source === ''));
  };
  if (has('image') || has('build') || has('provider')) return;
  const at = childOf(service, 'image') ?? service;
  wrong(
    name,
    at,
    'MissingImage',
    `Service ${name} has no image, expected for example image: postgres:15, or build: FOLDER`,
  );
}

function checkBuild({ model, wrong }: Checked, name: string, service: MapNode): void {
  const build = childOf(service, 'build');
  if (build?.kind !== 'map') return;
  const inline = build.entries.get('dockerfile_inline');
  if (textOf(inline?.value) && textOf(childOf(build, 'dockerfile')) && inline) {
    const message = 'dockerfile and dockerfile_inline exclude each other, expected one of the two';
    wrong(name, inline.keyPosition, 'ConflictingKeys', message);
  }
  const all = sectionOf(model, 'services').entries;
  const contexts = childOf(build, 'additional_contexts');
  for (const { value } of contexts?.kind === 'map' ? contexts.entries.values() : []) {
    const target = /^service:(.*)$/s.exec(textOf(value) ?? '')?.[1];
    if (target === undefined) continue;
    const found = all.get(target)?.value;
    if (found === undefined) {
      const { hint } = didYouMean(target, all.keys());
      wrong(name, value, 'UnknownReference', `there is no Service "${target}"`, hint);
    } else if (childOf(found, 'build') === undefined) {
      wrong(name, value, 'UnknownReference', `service ${target} is not built, expected one with build`);
    }
  }
  const platform = childOf(service, 'platform');
  const platforms = itemsOf(childOf(build, 'platforms'));
  if (platform && platforms.length > 0 && !platforms.some((item) => textOf(item) === textOf(platform))) {
    wrong(name, platform, 'ConflictingKeys', `platform: expected one of build.platforms`);
  }
}

function checkNetworks({ services, isRefused, wrong }: Checked, name: string, service: MapNode): void {
  const mode = childOf(service, 'network_mode');
  const owner = /^service:(.*)$/s.exec(textOf(mode) ?? '')?.[1];
  // A dependency may be there or not; whose network it is must be.
  const needed = owner !== undefined && (isTrue(requirementOf(service, owner)) || isRefused(owner));
  if (mode !== undefined && owner !== undefined && !needed && !services.has(owner)) {
    wrong(
      name,
      mode,
      'InactiveService',
      `network_mode: service ${owner} takes no part, expected one that does`,
    );
  }
  const networks = childOf(service, 'networks');
  if (!textOf(mode) || mode === undefined || networks?.kind !== 'map' || networks.entries.size === 0) return;
  const message = 'network_mode and networks exclude each other, expected one of the two';
  wrong(name, mode, 'ConflictingNetworks', message);
}

function requirementOf(service: MapNode, name: string): Node | undefined {
  const needs = childOf(service, 'depends_on');
  const need = needs && childOf(needs, name);
  return need && childOf(need, 'required');
}

const hints: Readonly<Record<string, string>> = {
  networks: 'declare it under networks',
  volumes: 'declare it under volumes',
  secrets: 'declare it under secrets',
  configs: 'declare it under configs',
  models: 'declare it under models',
};

function checkReferences(checked: Checked, name: string, service: MapNode): void {
  const refer = (section: 'networks' | 'volumes' | 'secrets' | 'configs' | 'models', what: string) => {
    const known = sectionOf(checked.model, section).entries;
    return (to: string, at: Node | Node['position']): void => {
      if (known.has(to)) return;
      const { hint = hints[section] } = didYouMean(to, known.keys());
      checked.wrong(name, at, 'UnknownReference', `there is no ${what} "${to}"`, hint);
    };
  };
  const keysOf = (key: string) => {
    const map = childOf(service, key);
    return map?.kind === 'map' ? [...map.entries.values()] : [];
  };
  const network = refer('networks', 'Network');
  for (const { key, keyPosition } of keysOf('networks')) network(key, keyPosition);
  const volume = refer('volumes', 'Volume');
  for (const item of itemsOf(childOf(service, 'volumes'))) {
    const source = childOf(item, 'source');
    const to = textOf(source);
    if (textOf(childOf(item, 'type')) === 'volume' && to && source) volume(to, source);
  }
  const build = childOf(service, 'build');
  for (const [section, what, list] of [
    ['secrets', 'Secret', childOf(service, 'secrets')],
    ['secrets', 'Secret', build && childOf(build, 'secrets')],
    ['configs', 'config', childOf(service, 'configs')],
  ] as const) {
    const grant = refer(section, what);
    for (const item of itemsOf(list)) {
      const source = childOf(item, 'source');
      if (source) grant(textOf(source) ?? '', source);
      else checked.wrong(name, item, 'MissingKey', `missing "source", expected the name of a ${what}`);
    }
  }
  const model = refer('models', 'model');
  for (const { key, keyPosition } of keysOf('models')) model(key, keyPosition);
}

function checkHealth({ wrong }: Checked, name: string, service: MapNode): void {
  const healthcheck = childOf(service, 'healthcheck');
  const test = healthcheck && childOf(healthcheck, 'test');
  const [first] = itemsOf(test);
  if (first === undefined || ['CMD', 'CMD-SHELL', 'NONE'].includes(textOf(first) ?? '')) return;
  const begin = first.kind === 'scalar' ? JSON.stringify(first.source) : first.kind;
  const message = `bad healthcheck test: it begins with ${begin}, expected CMD, CMD-SHELL or NONE`;
  wrong(name, first, 'BadHealthcheck', message, 'put "CMD" before it, or write the test as one text');
}

function checkMounts({ wrong }: Checked, name: string, service: MapNode): void {
  const taken = new Set<string>();
  const take = (target: string, at: Node): void => {
    if (taken.has(target)) {
      wrong(name, at, 'DuplicateMount', `${target} is mounted already, expected one mount a path`);
    }
    taken.add(target);
  };
  const tmpfs = childOf(service, 'tmpfs');
  for (const item of tmpfs?.kind === 'scalar' ? [tmpfs] : itemsOf(tmpfs)) {
    const text = textOf(item);
    if (text !== undefined) take(text.split(':')[0] ?? '', item);
  }
  for (const item of itemsOf(childOf(service, 'volumes'))) {
    const target = textOf(childOf(item, 'target'));
    if (target !== undefined) take(target, item);
  }
}

/** Container names, and names of services and jobs, are taken once. */
function checkNames({ model, services, wrong }: Checked): void {
  const first = new Map<string, string>();
  for (const [name, service] of services) {
    const at = childOf(service, 'container_name');
    const container = textOf(at);
    if (at === undefined || !container) continue;
    const other = first.get(container);
    if (other === undefined) first.set(container, name);
    else {
      const message = `container name "${container}" is taken by service ${other}`;
      wrong(name, at, 'DuplicateContainerName', message, 'give one of them another container_name');
    }
  }
  const jobs = sectionOf(model, 'jobs').entries;
  for (const { key, keyPosition } of jobs.values()) {
    if (!sectionOf(model, 'services').entries.has(key)) continue;
    wrong(key, keyPosition, 'DuplicateName', `"${key}" is a service and a job, expected one of the two`);
  }
}

function checkSecrets(loading: Loading, model: MapNode): void {
  for (const { key, value } of sectionOf(model, 'secrets').entries.values()) {
    const has = (name: string) => Boolean(textOf(childOf(value, name)));
    if (isTrue(childOf(value, 'external')) || has('file') || has('environment')) continue;
    if (loading.wrong.has(`secrets.${key}`)) continue;
    const message = `secret ${key}: no content, expected one of file, environment`;
    tell(loading, 'error', value, { code: 'ConflictingKeys', message });
    loading.wrong.add(`secrets.${key}`);
  }
}
