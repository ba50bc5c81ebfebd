// The engine as tests see it, past reeve: what is really there, and the acts of a person with Docker's own CLI.

import { askEngine, callEngine } from '../../scripts/lib/docker-api.ts';
import { patienceMs, until } from './until.ts';

export interface WorldContainer {
  readonly id: string;
  readonly name: string;
  /** `Service/web`, from its labels. */
  readonly ref: string;
  readonly state: string;
  readonly status: string;
}

export interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly Image: string;
  readonly RestartCount: number;
  readonly State: {
    readonly Status: string;
    readonly Running: boolean;
    readonly Paused: boolean;
    readonly Pid: number;
    readonly ExitCode: number;
    readonly StartedAt: string;
    readonly FinishedAt: string;
    readonly Health?: { readonly Status: string };
  };
  readonly Config: {
    readonly Image: string;
    readonly Env: readonly string[] | null;
    readonly Cmd: readonly string[] | null;
    readonly Hostname: string;
    readonly Labels: Readonly<Record<string, string>>;
  };
  readonly HostConfig: {
    readonly Memory: number;
    readonly NanoCpus: number;
    readonly PidsLimit: number | null;
    readonly ShmSize: number;
    readonly RestartPolicy: { readonly Name: string };
  };
  readonly Mounts: readonly { readonly Source: string }[];
  readonly NetworkSettings: {
    readonly Networks: Readonly<
      Record<string, { readonly NetworkID: string; readonly Aliases: string[] | null }>
    >;
  };
}

/** All containers that carry the platform's label, running or not, by name. */
export async function containersOf(socket: string, platform: string): Promise<readonly WorldContainer[]> {
  const found = await list<{
    Id: string;
    Names: string[];
    State: string;
    Status: string;
    Labels: Record<string, string>;
  }>(socket, '/containers/json', platform);
  return found
    .map(({ Id, Names, State, Status, Labels }) => ({
      id: Id,
      name: (Names[0] ?? '').slice(1),
      ref: `${Labels['reeve.kind']}/${Labels['reeve.name']}`,
      state: State,
      status: Status,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The one container of a resource; throws where there is none or more than one. */
export async function containerOf(socket: string, platform: string, ref: string): Promise<Inspected> {
  const found = (await containersOf(socket, platform)).filter((c) => c.ref === ref);
  const [only, second] = found;
  if (only === undefined || second !== undefined) {
    throw new Error(
      `${found.length} containers of ${ref}: ${found.map((c) => `${c.name} ${c.state}`).join(', ')}`,
    );
  }
  return inspect(socket, only.id);
}

export async function inspect(socket: string, id: string): Promise<Inspected> {
  const { body } = await askEngine(socket, 'GET', `/containers/${id}/json`);
  return JSON.parse(body) as Inspected;
}

/** `POST /containers/ID/VERB`, as `docker kill`, `docker pause` … do. */
export async function act(socket: string, id: string, verb: string, body?: object): Promise<void> {
  await askEngine(socket, 'POST', `/containers/${id}/${verb}`, body, [304]);
}

/** When these last happened to a container, by the engine's own clock and record; ms. */
export async function timesOf(
  socket: string,
  id: string,
  actions: readonly string[],
): Promise<readonly (number | undefined)[]> {
  const until = Math.ceil(Date.now() / 1_000) + 1;
  const query = `since=${until - 900}&until=${until}&${filter({ container: [id] })}`;
  const { body } = await askEngine(socket, 'GET', `/events?${query}`);
  const events = body.split('\n').filter((line) => line !== '');
  const told = events.map((line) => JSON.parse(line) as { Action: string; timeNano: number });
  return actions.map((action) => {
    const last = told.findLast(({ Action }) => Action === action);
    return last === undefined ? undefined : last.timeNano / 1e6;
  });
}

/** `docker rm -f`, tried again while its file system is still busy. */
export async function remove(socket: string, id: string): Promise<void> {
  await until(
    async () => {
      const answer = await askEngine(
        socket,
        'DELETE',
        `/containers/${id}?force=1&v=1`,
        undefined,
        [404, 409],
      );
      return answer.status < 400 || answer.status === 404;
    },
    patienceMs,
    `container ${id} is removed`,
  );
}

/** A container that is not reeve's, running; the caller removes it. */
export async function runForeign(socket: string, name: string, config: object): Promise<string> {
  const { body } = await askEngine(socket, 'POST', `/containers/create?name=${name}`, config);
  const { Id } = JSON.parse(body) as { Id: string };
  await act(socket, Id, 'start');
  return Id;
}

/** Removes everything that carries the platform's label, its lock, and the images that it built. */
export async function removePlatform(socket: string, platform: string): Promise<void> {
  // Few at once: an engine that took 50 removals side by side did not answer ever again (docker 20.10, libnetwork).
  const queue = [...(await containersOf(socket, platform))];
  const worker = async (): Promise<void> => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) await remove(socket, next.id);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  const query = filter({ name: [platform] });
  const found = await askEngine(socket, 'GET', `/networks?${query}`);
  const networks = JSON.parse(found.body) as readonly { Id: string; Name: string }[];
  // By name and not by label: what lost its label must go too, for an engine has addresses for some 30 networks only.
  for (const { Id } of networks.filter(({ Name }) => Name.startsWith(`${platform}_`)))
    await callEngine(socket, 'DELETE', `/networks/${Id}`);
  const built = await askEngine(socket, 'GET', `/images/json?${filter({ reference: [`${platform}-*`] })}`);
  for (const { RepoTags } of JSON.parse(built.body) as readonly { RepoTags: readonly string[] | null }[]) {
    for (const tag of RepoTags ?? []) {
      if (tag.startsWith(`${platform}-`)) await callEngine(socket, 'DELETE', `/images/${tag}`);
    }
  }
  const { body } = await askEngine(socket, 'GET', `/volumes?${query}`);
  const { Volumes } = JSON.parse(body) as { Volumes: readonly { Name: string }[] | null };
  for (const { Name } of Volumes ?? []) await callEngine(socket, 'DELETE', `/volumes/${Name}?force=1`);
}

async function list<T>(socket: string, path: string, platform: string): Promise<readonly T[]> {
  const query = filter({ label: [`reeve.platform=${platform}`] });
  const { body } = await askEngine(socket, 'GET', `${path}?all=1&${query}`);
  return JSON.parse(body) as readonly T[];
}

function filter(filters: Readonly<Record<string, readonly string[]>>): string {
  return `filters=${encodeURIComponent(JSON.stringify(filters))}`;
}
