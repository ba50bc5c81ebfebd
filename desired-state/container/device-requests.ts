// What drivers of the engine are asked for: `gpus`, devices reserved under `deploy`, and devices by their CDI name.

import type { DeviceRequest } from '../container-spec.ts';
import type { MapNode, Node } from '../tree.ts';
import { fieldOf, present, reject, type Scope } from './scope.ts';
import { integerOf, itemsOf, textMapOf, textOf, textsOf } from './values.ts';

/** VENDOR/CLASS=NAME, of the Container Device Interface. */
export const cdiName = /^[a-zA-Z0-9][\w.-]*\/[\w-]+=[\w.:-]+$/;

/** In Compose's order; absent when nothing is asked for. */
export function deviceRequestsOf(scope: Scope, node: MapNode): DeviceRequest[] | undefined {
  const reserved = ['deploy', 'resources', 'reservations', 'devices'].reduce<Node | undefined>(
    (at, key) => at && fieldOf(at, key),
    node,
  );
  const gpus = fieldOf(node, 'gpus');
  const named = itemsOf(fieldOf(node, 'devices')).flatMap((item) => {
    const source = textOf(item.kind === 'map' ? fieldOf(item, 'source') : item) ?? '';
    return cdiName.test(source) ? [source] : [];
  });
  const requests: DeviceRequest[] = [
    ...itemsOf(reserved).map((item) => requestOf(scope, item, [])),
    ...(named.length === 0 ? [] : [{ driver: 'cdi', deviceIds: named, capabilities: [] }]),
    ...(textOf(gpus) === 'all' ? [{ count: -1, capabilities: ['gpu'] }] : []),
    ...(gpus?.kind === 'list' ? gpus.items.map((item) => requestOf(scope, item, ['gpu'])) : []),
  ];
  for (const [key, list] of Object.entries({ gpus, devices: reserved })) {
    if (list) scope.positions[key === 'gpus' ? 'deviceRequests' : 'deviceRequests.reserved'] = list.position;
  }
  return requests.length === 0 ? undefined : requests;
}

/** Neither a count nor ids: all there are, as Compose has it. */
function requestOf(scope: Scope, item: Node, always: readonly string[]): DeviceRequest {
  const countNode = fieldOf(item, 'count');
  const deviceIds = textsOf(fieldOf(item, 'device_ids'));
  const written = textOf(countNode)?.toLowerCase() === 'all' ? -1 : integerOf(scope, countNode, { min: -1 });
  if (countNode && deviceIds?.length) {
    const message = 'count and device_ids exclude each other, expected one of the two';
    reject(scope, countNode, 'BadDevice', message);
  }
  const count = written ?? (deviceIds?.length ? undefined : -1);
  const capabilities = [...(textsOf(fieldOf(item, 'capabilities')) ?? []), ...always];
  return {
    capabilities: [...new Set(capabilities)],
    ...present({
      driver: textOf(fieldOf(item, 'driver')),
      count,
      deviceIds,
      options: textMapOf(scope, fieldOf(item, 'options')),
    }),
  };
}
