// The containers of the many-engine: made by a create call, told by list and inspect in the shapes of the Engine API. Keeps
// each one's entry of the list as text, so that a list of 10,000 costs the stand-in little.

import { createHash } from 'node:crypto';

/** The only image there is. */
export const manyImage = {
  Id: `sha256:${createHash('sha256').update('many').digest('hex')}`,
  RepoTags: ['many:1'],
  RepoDigests: [],
  Config: { Cmd: ['serve'], Env: ['PATH=/bin'] },
};

interface CreateBody {
  readonly Labels?: Readonly<Record<string, string>>;
  readonly HostConfig?: object;
}

export interface ManyContainer {
  readonly id: string;
  readonly name: string;
  readonly body: CreateBody;
  readonly createdAt: number;
  running: boolean;
  startedAt: number;
  finishedAt: number;
  /** Its entry of the list. */
  text: string;
}

export class ManyContainers {
  readonly #byId = new Map<string, ManyContainer>();
  #list: string | undefined;

  get all(): readonly ManyContainer[] {
    return [...this.#byId.values()];
  }

  get(id: string): ManyContainer | undefined {
    return this.#byId.get(id);
  }

  create(name: string, body: CreateBody): ManyContainer {
    const id = createHash('sha256').update(name).digest('hex');
    const times = { createdAt: Date.now(), startedAt: 0, finishedAt: 0 };
    const made = { id, name, body, ...times, running: false, text: '' };
    this.#byId.set(id, made);
    this.#changed(made);
    return made;
  }

  start(container: ManyContainer): void {
    container.running = true;
    container.startedAt = Date.now();
    this.#changed(container);
  }

  /** It is killed. */
  end(container: ManyContainer): void {
    container.running = false;
    container.finishedAt = Date.now();
    this.#changed(container);
  }

  /** Answer of `GET /containers/json?all=1`, with a filter of ids or without. */
  list(ids?: readonly string[]): string {
    if (ids !== undefined) return `[${ids.flatMap((id) => this.#byId.get(id)?.text ?? []).join(',')}]`;
    this.#list ??= `[${this.all.map(({ text }) => text).join(',')}]`;
    return this.#list;
  }

  #changed(container: ManyContainer): void {
    container.text = JSON.stringify(entryOf(container));
    this.#list = undefined;
  }
}

function entryOf({ id, name, body, createdAt, running, finishedAt }: ManyContainer): object {
  const ended = finishedAt > 0;
  return {
    Id: id,
    Names: [`/${name}`],
    Image: 'many:1',
    ImageID: manyImage.Id,
    Command: 'serve',
    Created: Math.floor(createdAt / 1_000),
    Ports: [],
    Labels: body.Labels ?? {},
    State: running ? 'running' : ended ? 'exited' : 'created',
    Status: running ? 'Up 2 hours' : ended ? 'Exited (137) 1 second ago' : 'Created',
    HostConfig: { NetworkMode: 'bridge' },
    NetworkSettings: { Networks: { bridge: { NetworkID: 'bridge', IPAddress: '172.17.0.2' } } },
    Mounts: [],
  };
}

/** Answer of `GET /containers/ID/json`. */
export function inspectOf({ id, name, body, ...container }: ManyContainer): object {
  const { HostConfig, ...config } = body;
  const stamp = (ms: number): string => (ms === 0 ? '0001-01-01T00:00:00Z' : new Date(ms).toISOString());
  const { running, createdAt, startedAt, finishedAt } = container;
  return {
    Id: id,
    Name: `/${name}`,
    Created: stamp(createdAt),
    Image: manyImage.Id,
    RestartCount: 0,
    State: {
      Status: running ? 'running' : finishedAt > 0 ? 'exited' : 'created',
      Running: running,
      Pid: running ? 1 : 0,
      ExitCode: running || finishedAt === 0 ? 0 : 137,
      StartedAt: stamp(startedAt),
      FinishedAt: stamp(finishedAt),
    },
    Config: { Hostname: id.slice(0, 12), Cmd: manyImage.Config.Cmd, ...config },
    HostConfig: { LogConfig: { Type: 'json-file', Config: {} }, Runtime: 'runc', ...HostConfig },
    Mounts: [],
    NetworkSettings: { Networks: { bridge: { NetworkID: 'bridge', IPAddress: '172.17.0.2' } } },
  };
}
