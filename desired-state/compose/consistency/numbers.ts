// Fields of a service that say one thing twice (`mem_limit` and deploy, `scale` and replicas) must agree.

import { childOf, type MapNode, type Node } from '../../tree.ts';
import { parseGoSize } from '../output/units.ts';
import { type Checked, itemsOf, textOf } from './parts.ts';

type Read = (node: Node | undefined) => number;

const size: Read = (node) => Number(parseGoSize(textOf(node) ?? '0') ?? 0);
const number: Read = (node) => Math.fround(Number(textOf(node) ?? 0));

const twice: readonly { plain: string; part: 'limits' | 'reservations'; key: string; read: Read }[] = [
  { plain: 'cpus', part: 'limits', key: 'cpus', read: number },
  { plain: 'mem_limit', part: 'limits', key: 'memory', read: size },
  { plain: 'mem_reservation', part: 'reservations', key: 'memory', read: size },
  { plain: 'pids_limit', part: 'limits', key: 'pids', read: number },
];

function pathTo(node: Node, ...keys: string[]): Node | undefined {
  return keys.reduce<Node | undefined>((at, key) => at && childOf(at, key), node);
}

export function checkAgreement(checked: Checked, name: string, service: MapNode): void {
  for (const { plain, part, key, read } of twice) {
    const one = childOf(service, plain);
    const group = pathTo(service, 'deploy', 'resources', part);
    if (one === undefined || read(one) === 0 || group?.kind !== 'map') continue;
    const other = childOf(group, key);
    if (read(one) === read(other)) continue;
    const path = `deploy.resources.${part}.${key}`;
    const said = other?.kind === 'scalar' ? `is ${JSON.stringify(other.source)}` : 'is not set';
    const quoted = one.kind === 'scalar' ? JSON.stringify(one.source) : one.kind;
    const message = `${plain} is ${quoted} but ${path} ${said}, expected one value`;
    const later = other !== undefined && other.position.line > one.position.line ? other : one;
    checked.wrong(name, later, 'ConflictingResources', message, 'take one of the two away');
  }
  checkReplicas(checked, name, service);
  checkWatch(checked, name, service);
}

function checkReplicas({ wrong }: Checked, name: string, service: MapNode): void {
  const scale = childOf(service, 'scale');
  const replicas = pathTo(service, 'deploy', 'replicas');
  const counts = [scale, replicas].map((node) =>
    textOf(node) === undefined ? undefined : Number(textOf(node)),
  );
  const [scaled, replicated] = counts;
  if (scale && scaled !== undefined && replicated !== undefined && scaled !== replicated) {
    const message = `scale is ${scaled} but deploy.replicas is ${replicated}, expected one value`;
    wrong(name, scale, 'ConflictingResources', message, 'take one of the two away');
  }
  for (const node of [scale, replicas]) {
    if (node && Number(textOf(node)) < 0) {
      wrong(name, node, 'BadNumber', `bad number "${textOf(node)}", expected a whole number of at least 0`);
    }
  }
  const containerName = childOf(service, 'container_name');
  if (containerName && textOf(containerName) && (scaled ?? replicated ?? 1) > 1) {
    const message = `container_name with ${scaled ?? replicated} replicas: a container's name is taken once`;
    wrong(name, containerName, 'ConflictingKeys', message, 'take container_name away');
  }
}

function checkWatch({ wrong }: Checked, name: string, service: MapNode): void {
  for (const item of itemsOf(pathTo(service, 'develop', 'watch'))) {
    const action = textOf(childOf(item, 'action')) ?? '';
    if (textOf(childOf(item, 'target')) || action === 'rebuild' || action === 'restart') continue;
    wrong(name, item, 'MissingKey', `missing "target" in develop.watch: only rebuild and restart need none`);
  }
}
