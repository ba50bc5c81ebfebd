// A bench for the engine port: performs single steps on a real engine under names of its own and leaves nothing behind.

import { randomBytes } from 'node:crypto';
import { type ConnectedEngine, connectEngine } from '../../controller/docker/connect.ts';
import type { StepContext, StepOutcome } from '../../controller/engine.ts';
import type { ContainerSpec } from '../../desired-state/container-spec.ts';
import type { Step, StepArgs, StepOp } from '../../reconcilers/plan.ts';
import { askEngine, callEngine, engineSocket } from '../../scripts/lib/docker-api.ts';

export const testImage = 'reeve-test:1';

export interface Rig {
  readonly engine: ConnectedEngine;
  /** Begins every name that the rig makes. */
  readonly prefix: string;
  readonly socket: string;
  perform<Op extends StepOp>(
    op: Op,
    args: StepArgs[Op],
    context?: Partial<StepContext>,
  ): Promise<StepOutcome>;
  /** Arguments of a create, under a new name where none is given. */
  creation(
    spec: Partial<ContainerSpec>,
    more?: Partial<StepArgs['createContainer']>,
  ): StepArgs['createContainer'];
  /** Creates and gives the id. */
  create(spec: Partial<ContainerSpec>, more?: Partial<StepArgs['createContainer']>): Promise<string>;
  /** Asks the engine itself, past reeve. */
  ask(method: string, path: string, body?: object): Promise<unknown>;
  close(): Promise<void>;
}

export interface RigOptions {
  /** Where the port connects to; absent: the engine's own socket. */
  readonly through?: string;
  readonly timeoutMs?: number;
  /** Asked before each call that is more than a look. */
  readonly mayAct?: () => void;
}

export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const socket = engineSocket();
  const prefix = `rig-${randomBytes(4).toString('hex')}`;
  const engine = await connectEngine({
    host: `unix://${options.through ?? socket}`,
    env: { HOME: '/nonexistent' },
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    ...(options.mayAct === undefined ? {} : { mayAct: options.mayAct }),
  });
  let made = 0;
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await askEngine(socket, method, path, body);
    return answer.body === '' ? undefined : JSON.parse(answer.body);
  };
  const rig: Rig = {
    engine,
    prefix,
    socket,
    ask,
    perform: (op, args, context = {}) =>
      engine.perform(stepOf(op, args), {
        secrets: new Map(),
        signal: new AbortController().signal,
        progress: () => {},
        timeoutMs: options.timeoutMs ?? 30_000,
        ...context,
      }),
    creation(spec, more = {}) {
      const name = more.name ?? `${prefix}-${++made}`;
      return {
        name,
        spec: { ...emptySpec, ...spec },
        labels: { 'reeve.test': prefix, 'reeve.name': name },
        networkNames: {},
        volumeNames: {},
        mustExist: [],
        inheritVolumes: {},
        files: [],
        ...more,
      };
    },
    async create(spec, more) {
      const { containerId } = await rig.perform('createContainer', rig.creation(spec, more));
      if (containerId === undefined) throw new Error('a create without a container');
      return containerId;
    },
    async close() {
      await engine.close();
      await removeAll(socket, prefix);
    },
  };
  return rig;
}

export const emptySpec: ContainerSpec = {
  image: testImage,
  environment: {},
  labels: {},
  restart: { name: 'no' },
  networks: {},
  ports: [],
  expose: [],
  mounts: [],
  resources: {},
};

function stepOf<Op extends StepOp>(op: Op, args: StepArgs[Op]): Step {
  const step = {
    id: `Service/x:${op}`,
    ref: 'Service/x',
    cause: { reason: 'Test', message: 'a test' },
    after: [],
    needs: [],
    wave: 1,
    interrupts: false,
    op,
    args,
  };
  return step as unknown as Step;
}

async function removeAll(socket: string, prefix: string): Promise<void> {
  const list = async <T>(path: string): Promise<T> => JSON.parse((await askEngine(socket, 'GET', path)).body);
  const named = (name: string): boolean => name.replace(/^\//, '').startsWith(prefix);
  const containers =
    await list<{ Id: string; Names: string[]; Labels: Record<string, string> }[]>('/containers/json?all=1');
  for (const { Id, Names, Labels } of containers) {
    if (Names.some(named) || Labels['reeve.test'] === prefix) {
      await callEngine(socket, 'DELETE', `/containers/${Id}?force=1&v=1`);
    }
  }
  for (const { Id, Name } of await list<{ Id: string; Name: string }[]>('/networks')) {
    if (named(Name)) await callEngine(socket, 'DELETE', `/networks/${Id}`);
  }
  const { Volumes } = await list<{ Volumes: { Name: string }[] | null }>('/volumes');
  for (const { Name } of Volumes ?? []) {
    if (named(Name)) await callEngine(socket, 'DELETE', `/volumes/${Name}`);
  }
}
