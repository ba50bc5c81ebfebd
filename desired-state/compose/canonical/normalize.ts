// The implicit said out loud: the default network, names on the engine, what a link or a shared namespace depends on
// (loader/normalize.go of compose-go). Works on the merged model of the whole project.

import { childOf, type MapEntry, type MapNode, type Node } from '../../tree.ts';
import { scalarText } from '../../yaml/go-scalar.ts';
import {
  emptyMap,
  fieldsAt,
  mapAt,
  mapOf,
  mapValues,
  nullAt,
  scalarAt,
  valueAt,
  withDefault,
  withEntry,
} from '../edit.ts';
import type { Lookup } from '../loading.ts';
import { mergeTrees } from '../merge/rules.ts';
import { sectionOf } from '../sections.ts';
import { isTrue } from './defaults.ts';
import { cleanTarget } from './volumes.ts';

export function normalize(model: MapNode, name: string, lookup: Lookup): MapNode {
  const done = ['services', 'jobs'].reduce<Node>((tree, section) => {
    return mapAt(tree, [section, '*'], (node) => (node.kind === 'map' ? container(node, lookup) : node));
  }, model);
  return withNames(withDefaultNetwork(done.kind === 'map' ? done : model), name);
}

function container(service: MapNode, lookup: Lookup): MapNode {
  const steps: ((node: MapNode) => MapNode)[] = [
    withNetworks,
    withPullPolicy,
    (node) => withBuild(node, lookup),
    (node) => field(node, 'environment', (value) => filledIn(value, lookup, true)),
    withDependencies,
    withCleanTargets,
    withReplicas,
    withPreStart,
  ];
  return steps.reduce((node, step) => step(node), service);
}

function field(map: MapNode, key: string, change: (value: Node) => Node): MapNode {
  const entry = map.entries.get(key);
  return entry === undefined ? map : withEntry(map, { ...entry, value: change(entry.value) });
}

function textOf(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' && node.value !== null ? scalarText(node) : undefined;
}

function withNetworks(service: MapNode): MapNode {
  if (service.entries.has('provider') || service.entries.has('network_mode')) return service;
  const { position } = service;
  const onlyDefault = mapOf(position, [{ key: 'default', keyPosition: position, value: nullAt(position) }]);
  const written = service.entries.get('networks');
  if (written === undefined) return withDefault(service, 'networks', onlyDefault);
  const isEmpty = written.value.kind !== 'map' || written.value.entries.size === 0;
  return isEmpty ? withEntry(service, { ...written, value: onlyDefault }) : service;
}

function withDefaultNetwork(model: MapNode): MapNode {
  const networks = sectionOf(model, 'networks');
  const used = (['services', 'jobs'] as const).some((section) =>
    [...sectionOf(model, section).entries.values()].some(({ value }) => {
      const attached = childOf(value, 'networks');
      return attached?.kind === 'map' && attached.entries.has('default');
    }),
  );
  if (!used || networks.entries.has('default')) return model;
  const { position } = model;
  const value = withEntry(networks, { key: 'default', keyPosition: position, value: nullAt(position) });
  return withEntry(model, { key: 'networks', keyPosition: position, value });
}

function withPullPolicy(service: MapNode): MapNode {
  return field(service, 'pull_policy', (node) =>
    node.kind === 'scalar' && node.value === 'if_not_present' ? scalarAt(node, 'missing') : node,
  );
}

function withBuild(service: MapNode, lookup: Lookup): MapNode {
  return field(service, 'build', (build) => {
    if (build.kind !== 'map') return build;
    const inline = build.entries.has('dockerfile_inline');
    const named = inline ? build : withDefault(build, 'dockerfile', 'Dockerfile');
    return field(named, 'args', (args) => filledIn(args, lookup, false));
  });
}

/** Keys without a value get that of the project's variables; `keep`: those that have none stay. */
function filledIn(node: Node, lookup: Lookup, keep: boolean): Node {
  if (node.kind === 'list') {
    const items = node.items.flatMap((item) => {
      const text = item.kind === 'scalar' ? scalarText(item) : '=';
      if (item.kind !== 'scalar' || text.includes('=')) return [item];
      const found = lookup(text);
      if (found !== undefined) return [scalarAt(item, `${text}=${found}`)];
      return keep ? [item] : [];
    });
    return { ...node, items };
  }
  if (node.kind !== 'map') return node;
  const entries = [...node.entries.values()].flatMap((entry): MapEntry[] => {
    if (entry.value.kind !== 'scalar' || entry.value.value !== null) return [entry];
    const found = lookup(entry.key);
    if (found !== undefined) return [{ ...entry, value: scalarAt(entry.value, found) }];
    return keep ? [entry] : [];
  });
  return mapOf(node.position, entries);
}

/** What a service needs without saying so, and whether its restart is to follow. */
function implied(service: MapNode): { name: string; restart: boolean; at: Node }[] {
  const items = (key: string): Node[] => {
    const list = childOf(service, key);
    return list?.kind === 'list' ? [...list.items] : [];
  };
  const links = items('links').map((at) => {
    const parts = (textOf(at) ?? '').split(':');
    return { name: (parts.length === 2 ? parts[0] : textOf(at)) ?? '', restart: true, at };
  });
  const namespaces = ['network_mode', 'ipc', 'pid', 'uts', 'cgroup'].flatMap((key) => {
    const at = childOf(service, key);
    const name = /^service:(.*)$/s.exec(textOf(at) ?? '')?.[1];
    return at === undefined || name === undefined ? [] : [{ name, restart: true, at }];
  });
  const volumes = items('volumes_from').flatMap((at) => {
    const text = textOf(at) ?? '';
    return text.startsWith('container:') ? [] : [{ name: text.split(':')[0] ?? '', restart: false, at }];
  });
  return [...links, ...namespaces, ...volumes];
}

function withDependencies(service: MapNode): MapNode {
  const needs = implied(service);
  const written = service.entries.get('depends_on');
  if (needs.length === 0 && (written?.value.kind !== 'map' || written.value.entries.size > 0)) return service;
  const start = written?.value.kind === 'map' ? written.value : emptyMap(service.position);
  const all = needs.reduce((map, { name, restart, at }) => {
    const { position } = at;
    if (map.entries.has(name)) return map;
    const value = fieldsAt(position, { condition: 'service_started', restart, required: true });
    return withEntry(map, { key: name, keyPosition: position, value });
  }, start);
  return withEntry(service, { key: 'depends_on', keyPosition: service.position, ...written, value: all });
}

function withCleanTargets(service: MapNode): MapNode {
  const done = mapAt(service, ['volumes', '*', 'target'], (node) => {
    const text = textOf(node);
    if (node.kind !== 'scalar' || text === undefined) return node;
    const clean = text === '' ? '.' : cleanTarget(text);
    return clean === text ? node : scalarAt(node, clean);
  });
  return done.kind === 'map' ? done : service;
}

/** `scale` is what `deploy` says of replicas too, where there is a `deploy`. */
function withReplicas(service: MapNode): MapNode {
  const scale = childOf(service, 'scale');
  if (scale === undefined) return service;
  return field(service, 'deploy', (deploy) =>
    deploy.kind === 'map' ? withDefault(deploy, 'replicas', scale) : deploy,
  );
}

/** A pre_start hook is the service's own container but for what it says itself; mounts it takes at run time. */
function withPreStart(service: MapNode): MapNode {
  const hooks = childOf(service, 'pre_start');
  if (hooks?.kind !== 'list') return service;
  const own = [...service.entries.values()].filter(({ key }) => inherited.has(key));
  const base = mapOf(service.position, own);
  return field(service, 'pre_start', () => ({
    ...hooks,
    items: hooks.items.map((hook) =>
      hook.kind === 'map' ? mergeTrees(base, hook, ['services', 'hook'], () => {}) : hook,
    ),
  }));
}

const inherited = new Set(
  `annotations blkio_config cap_add cap_drop cgroup cgroup_parent command configs cpu_count cpu_percent cpu_period cpu_quota
  cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset credential_spec device_cgroup_rules devices dns dns_opt dns_search
  domainname entrypoint env_file environment extra_hosts gpus group_add hostname image init ipc isolation label_file labels
  log_driver log_opt logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit models network_mode networks
  oom_kill_disable oom_score_adj pid pids_limit platform privileged pull_policy pull_refresh_after read_only runtime secrets
  security_opt shm_size stop_grace_period stop_signal storage_opt sysctls tmpfs ulimits use_api_socket user userns_mode uts
  volume_driver volumes_from working_dir`.split(/\s+/),
);

/** What has no name of its own is named by its key: with the project before it, but for what others made. */
function withNames(model: MapNode, project: string): MapNode {
  const done = ['networks', 'volumes', 'configs', 'secrets'].reduce<Node>((tree, section) => {
    return mapAt(tree, [section], (node) => {
      if (node.kind !== 'map') return node;
      return mapValues(node, (value, key) => {
        const resource = value.kind === 'map' ? value : emptyMap(value.position);
        const own = resource.entries.get('name');
        if (own !== undefined && !(own.value.kind === 'scalar' && own.value.value === null)) return resource;
        const name = isTrue(childOf(resource, 'external')) ? key : `${project}_${key}`;
        const { position } = resource;
        return withEntry(resource, { key: 'name', keyPosition: position, value: valueAt(position, name) });
      });
    });
  }, model);
  return done.kind === 'map' ? done : model;
}
