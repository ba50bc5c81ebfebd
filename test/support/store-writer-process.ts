// A process to be killed: writes to the store at argv[2] without end and says on stdout what was acknowledged.

import { openStore } from '../../controller/store/sqlite.ts';
import { begin, makeEvent, makePlan } from '../controller/store/make.ts';

const [path = '', round = ''] = process.argv.slice(2);
const store = await openStore(path);
for (let i = 0; ; i++) {
  const name = `${round}-${i}`;
  await store.record([makeEvent({ message: name }), makeEvent({ message: `${name} too` })]);
  await store.setFacts([{ fact: 'pins', key: name, value: `sha256:${name}` }]);
  const plan = await begin(store, makePlan(['Agent/a']), name, Date.now());
  await store.stepEnded(plan, 'Agent/a:stopContainer', i, 'done');
  process.stdout.write(`${name}\n`);
}
