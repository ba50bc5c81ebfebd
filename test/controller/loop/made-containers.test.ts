import { expect, test } from 'vitest';
import { MadeContainers } from '../../../controller/loop/made-containers.ts';
import type { Step } from '../../../reconcilers/plan.ts';

const step = (op: Step['op'], args: object): Step =>
  ({
    ...{ id: op, ref: 'Service/web', op, args, cause: { reason: 'Created', message: '' } },
    ...{ after: [], needs: [], wave: 1, interrupts: false },
  }) as Step;

const create = step('createContainer', { name: 'p-web-1.new' });
const rename = step('renameContainer', { name: 'p-web-1' });
const start = step('startContainer', { files: [] });

test('what comes after a create is done on the container that it made, by the name that it has by then', () => {
  const made = new MadeContainers();
  expect(made.filledIn(start)).toBe(start);
  made.note({ step: create, outcome: { changed: true, containerId: 'c1' } });
  expect(made.filledIn(rename).args).toEqual({ name: 'p-web-1', containerId: 'c1' });
  made.note({ step: rename, outcome: { changed: true, containerId: 'c1' } });
  expect(made.filledIn(start).args).toEqual({ files: [], containerId: 'c1', made: 'p-web-1' });
  made.forget('Service/web');
  expect(made.filledIn(start)).toBe(start);
});

test('one that was there before is looked at before it is started', () => {
  const made = new MadeContainers();
  made.note({ step: create, outcome: { changed: false, containerId: 'c1' } });
  expect(made.filledIn(start).args).toEqual({ files: [], containerId: 'c1' });
});

test('a step that names its container keeps it; a create that failed made none', () => {
  const made = new MadeContainers();
  made.note({ step: create });
  expect(made.filledIn(start)).toBe(start);
  made.note({ step: create, outcome: { changed: true, containerId: 'c1' } });
  const old = step('renameContainer', { containerId: 'c0', name: 'p-web-1.replaced' });
  made.note({ step: old, outcome: { changed: true } });
  expect(made.filledIn(old)).toBe(old);
  expect(made.filledIn(start).args).toMatchObject({ made: 'p-web-1.new' });
});
