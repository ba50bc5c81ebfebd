// A process to be killed: writes to the store at argv[2] (a file, or a Postgres database) without end and says on stdout what
// was acknowledged.

import { postgresHome, sqliteHome } from '../../controller/store/home.ts';
import { openStoreAt } from '../../controller/store/open.ts';
import { begin, makeEvent, makePlan } from '../controller/store/make.ts';

const [place = '', round = ''] = process.argv.slice(2);
const home = place.startsWith('postgres') ? postgresHome(place, 'durable') : sqliteHome(place);
const store = await openStoreAt(home);
for (let i = 0; ; i++) {
  const name = `${round}-${i}`;
  await store.record([makeEvent({ message: name }), makeEvent({ message: `${name} too` })]);
  await store.setFacts([{ fact: 'pins', key: name, value: `sha256:${name}` }]);
  const plan = await begin(store, makePlan(['Agent/a']), name, Date.now());
  await store.stepEnded(plan, 'Agent/a:stopContainer', i, 'done');
  process.stdout.write(`${name}\n`);
}
