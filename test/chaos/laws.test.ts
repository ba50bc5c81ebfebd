// The laws of a run of chaos on histories that break them: what is watched for would be seen.

import { describe, expect, it } from 'vitest';
import type { Thing } from '../../chaos/calls.ts';
import { Groups } from '../../chaos/groups.ts';
import { Recorder } from '../../chaos/recorder.ts';

const known: Readonly<Record<string, { ref: string | undefined; name: string }>> = {
  'container id-a': { ref: 'Agent/a', name: 'demo-a-1' },
  'container demo-a-1': { ref: 'Agent/a', name: 'demo-a-1' },
  'container id-b': { ref: 'Agent/b', name: 'demo-b-1' },
  'container id-c': { ref: 'Agent/c', name: 'demo-c-1' },
  'container id-x': { ref: undefined, name: 'others' },
  'network id-edge': { ref: 'network demo_edge', name: 'demo_edge' },
  'network demo_edge': { ref: 'network demo_edge', name: 'demo_edge' },
  'network id-others': { ref: undefined, name: 'others_net' },
  'volume demo_data': { ref: 'volume demo_data', name: 'demo_data' },
  'volume others_data': { ref: undefined, name: 'others_data' },
};
const subjectOf = ({ kind, named }: Thing) => known[`${kind} ${named}`];
const post = (path: string, body?: object) => ({
  method: 'POST',
  path,
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
});
const remove = (path: string) => ({ method: 'DELETE', path });

/** All of them under way at once. */
function breachesOf(...calls: readonly { method: string; path: string; body?: string }[]): readonly string[] {
  const recorder = new Recorder(subjectOf);
  for (const call of calls) recorder.began(call);
  return recorder.breaches;
}

describe('two acts at once', () => {
  const joins = (Container: string) => post('/networks/id-edge/connect', { Container });

  it('on a container are seen, by id and by name', () => {
    expect(
      breachesOf(post('/containers/id-a/stop?t=1'), post('/containers/create?name=demo-a-1', {})),
    ).toEqual([expect.stringContaining('two acts on Agent/a at once')]);
    expect(breachesOf(post('/containers/id-a/update'), joins('id-a'))).toEqual([
      expect.stringContaining('two acts on Agent/a at once'),
    ]);
  });

  it('on a network are seen, also where one only joins it', () => {
    const name = { Name: 'demo_edge' };
    const seen = [expect.stringContaining('two acts on network demo_edge at once')];
    expect(breachesOf(post('/networks/create', name), post('/networks/create', name))).toEqual(seen);
    expect(breachesOf(remove('/networks/id-edge'), joins('id-a'))).toEqual(seen);
    const made = { NetworkingConfig: { EndpointsConfig: { demo_edge: {} } } };
    expect(breachesOf(post('/containers/create?name=new', made), remove('/networks/id-edge'))).toEqual(seen);
  });

  it('on a volume are seen, also where one only mounts it', () => {
    const name = { Name: 'demo_data' };
    const seen = [expect.stringContaining('two acts on volume demo_data at once')];
    expect(breachesOf(post('/volumes/create', name), post('/volumes/create', name))).toEqual(seen);
    const binds = { HostConfig: { Binds: ['demo_data:/data', '/etc:/etc'] } };
    const mounts = { HostConfig: { Mounts: [{ Type: 'volume', Source: 'demo_data' }] } };
    for (const made of [binds, mounts])
      expect(breachesOf(post('/volumes/create', name), post('/containers/create?name=new', made))).toEqual(
        seen,
      );
  });

  it('are none where one follows the other, or several join one network', () => {
    expect(breachesOf(joins('id-a'), joins('id-b'))).toEqual([]);
    const recorder = new Recorder(subjectOf);
    const first = post('/containers/id-a/stop?t=1');
    recorder.began(first);
    recorder.ended(first);
    recorder.began(post('/containers/id-a/start'));
    expect(recorder.breaches).toEqual([]);
  });
});

describe('what is not reeve’s', () => {
  it('is seen to be acted on: containers, networks, volumes, and those that are joined or used', () => {
    expect(
      breachesOf(
        remove('/containers/id-x?force=1'),
        remove('/networks/id-others'),
        post('/networks/id-edge/disconnect', { Container: 'id-x' }),
        post('/networks/id-others/connect', { Container: 'id-a' }),
        post('/volumes/create', { Name: 'others_data' }),
        post('/volumes/prune'),
      ).filter((breach) => !breach.startsWith('two acts')),
    ).toEqual([
      "remove of others, which is not reeve's",
      "remove network of others_net, which is not reeve's",
      "disconnect of others, which is not reeve's",
      "connect with network others_net, which is not reeve's",
      "create volume of others_data, which is not reeve's",
      "prune volumes: it takes what is not reeve's",
    ]);
  });

  it('and a volume of ours is seen to be removed, the mark of a lock left aside', () => {
    expect(breachesOf(remove('/volumes/demo_data'), remove('/volumes/reeve.lock.demo'))).toEqual([
      'a volume is removed: /volumes/demo_data',
    ]);
  });
});

it('too many starts at once are seen', () => {
  expect(breachesOf(...Array.from({ length: 9 }, (_, i) => post(`/containers/n${i}/start`)))).toEqual([
    '9 starts at once, 8 allowed',
  ]);
});

describe('a batch', () => {
  const refs = ['Agent/a', 'Agent/b', 'Agent/c'];
  const containers = new Map(refs.map((ref) => [ref, `id-${ref.slice(-1)}`]));
  const allUp = async () => containers;
  async function watched() {
    const groups = new Groups([{ name: 'restart', refs, limit: 2 }]);
    const recorder = new Recorder(subjectOf, groups);
    await groups.ask(allUp);
    const restart = (name: string): void => {
      const call = post(`/containers/id-${name}/restart`);
      recorder.began(call);
      recorder.ended(call);
    };
    return { groups, restart };
  }

  it('that is larger than it may be is seen, also where the first of it run again and are not there for others', async () => {
    const { groups, restart } = await watched();
    restart('a');
    restart('b');
    await groups.ask(async () => new Map([['Agent/c', 'id-c']]));
    restart('c');
    expect(groups.breaches).toEqual([
      'restart: restart of Agent/c makes 3 down, 2 allowed: Agent/a, Agent/b, Agent/c',
    ]);
    expect(groups.seen.get('restart')).toEqual({ most: 3, taken: 3 });
  });

  it('is of its size where the next waits, and what others have taken down is not of it', async () => {
    const { groups, restart } = await watched();
    restart('a');
    restart('b');
    await groups.ask(allUp);
    restart('c');
    groups.hit('Agent/a');
    restart('a');
    restart('b');
    expect(groups.breaches).toEqual([]);
    expect(groups.seen.get('restart')).toEqual({ most: 2, taken: 4 });
  });

  it('is asked for again where its container was not known when it was made', async () => {
    const groups = new Groups([{ name: 'rollout', refs, limit: 2 }]);
    const late = new Set<string>();
    const recorder = new Recorder((thing) => (late.has(thing.named) ? subjectOf(thing) : undefined), groups);
    const create = post('/containers/create?name=demo-a-1', {});
    recorder.began(create);
    late.add('demo-a-1').add('id-a');
    recorder.ended(create);
    await groups.ask(async (asked) => new Map(asked.map((ref) => [ref, containers.get(ref) ?? ''])));
    recorder.began(post('/containers/id-a/stop'));
    expect(groups.seen.get('rollout')).toEqual({ most: 1, taken: 1 });
  });

  it('is not made smaller by an answer to a question from before it', async () => {
    const { groups, restart } = await watched();
    await groups.ask(async () => {
      restart('a');
      restart('b');
      return containers;
    });
    restart('c');
    expect(groups.breaches).toHaveLength(1);
  });
});
