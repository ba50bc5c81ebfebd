// Block IO: weights of the container and of devices, and rates of devices.

import type { BlockIo, DeviceRate } from '../container-spec.ts';
import type { Node } from '../tree.ts';
import { fieldOf, present, type Scope } from './scope.ts';
import { integerOf, itemsOf, numberIn, sizeOf, textOf } from './values.ts';

const weights = { min: 10, max: 1000 };

export function blockIoOf(scope: Scope, node: Node | undefined): BlockIo | undefined {
  if (node?.kind !== 'map') return undefined;
  const rates = (key: string, read: typeof sizeOf): DeviceRate[] | undefined =>
    listed(fieldOf(node, key), (item) => {
      const rate = read(scope, fieldOf(item, 'rate'));
      const path = textOf(fieldOf(item, 'path'));
      return path === undefined || rate === undefined ? [] : [{ path, rate }];
    });
  const weightDevices = listed(fieldOf(node, 'weight_device'), (item) => {
    const weight = integerOf(scope, fieldOf(item, 'weight'), weights);
    const path = textOf(fieldOf(item, 'path'));
    return path === undefined || weight === undefined ? [] : [{ path, weight }];
  });
  const count = (s: Scope, n: Node | undefined) => integerOf(s, n, { min: 0 });
  return present({
    weight: weightOf(scope, fieldOf(node, 'weight')),
    weightDevices,
    readBps: rates('device_read_bps', sizeOf),
    writeBps: rates('device_write_bps', sizeOf),
    readIops: rates('device_read_iops', count),
    writeIops: rates('device_write_iops', count),
  });
}

/** The engine reads 0 as "not set". */
function weightOf(scope: Scope, node: Node | undefined): number | undefined {
  return numberIn(node) === 0 ? undefined : integerOf(scope, node, weights);
}

function listed<T>(node: Node | undefined, read: (item: Node) => T[]): T[] | undefined {
  return node === undefined ? undefined : itemsOf(node).flatMap(read);
}
