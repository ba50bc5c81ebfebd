// Names of a container's fields: Compose's own are read by people and taken in `drift.fields`.

import { expect, test } from 'vitest';
import { composeName, driftFieldName, isDriftField } from '../../desired-state/field-names.ts';

test.each([
  ['resources.memoryBytes', 'mem_limit'],
  ['mounts./data', 'volumes./data'],
  ['environment.A.B', 'environment.A.B'],
  ['stopGracePeriodMs', 'stop_grace_period'],
  ['labels.a.b', 'labels.a.b'],
])('%s is %s to people, who may write it so', (field, shown) => {
  expect(composeName(field)).toBe(shown);
  expect(isDriftField(shown)).toBe(true);
  expect(driftFieldName(shown)).toBe(field);
});

test('the names that the code has are taken too', () => {
  expect(driftFieldName('resources.memory')).toBe('resources.memoryBytes');
  expect(driftFieldName('workingDir')).toBe('workingDir');
});
