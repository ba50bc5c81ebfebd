// What is on the engine, looked at past reeve, again and again: who is who, and the laws that a look can show.

import { statSync } from 'node:fs';
import { askEngine } from '../scripts/lib/docker-api.ts';
import type { Thing } from './calls.ts';
import { isMarker, type Subject } from './recorder.ts';

interface Listed {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly State: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly NetworkSettings: {
    readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>>;
  };
}

export interface SeenContainer {
  readonly id: string;
  readonly name: string;
  /** Undefined: not reeve's. */
  readonly ref: string | undefined;
  readonly state: string;
  /** Sorted. */
  readonly networks: readonly string[];
  /** On the first of them; empty: none while it does not run. */
  readonly address: string;
}

interface SeenNetwork {
  readonly Id: string;
  readonly Name: string;
  readonly Labels: Readonly<Record<string, string>> | null;
}

export class World {
  readonly breaches: string[] = [];
  readonly #socket: string;
  readonly #platform: string;
  readonly #known = new Map<string, Subject>();
  /** Containers that only look like reeve's: copies that somebody made. */
  readonly #copies = new Set<string>();
  /** Others' containers and networks by id, as they were at the first look. */
  #others: ReadonlyMap<string, string> | undefined;
  /** Volume → the folder that it is. */
  #volumes: ReadonlyMap<string, string> | undefined;
  /** As seen last. */
  seen: readonly SeenContainer[] = [];
  looks = 0;
  /** Asked of an engine that was away, or under a fault: how often, and what was said last. */
  readonly unanswered = { times: 0, said: '' };

  constructor(socket: string, platform: string) {
    this.#socket = socket;
    this.#platform = platform;
  }

  /** By id or name, as last seen. */
  subjectOf({ kind, named }: Thing): Subject | undefined {
    return this.#known.get(`${kind} ${named}`);
  }

  /** A container with reeve's labels that reeve did not make. */
  noteCopy(id: string, name: string): void {
    this.#copies.add(id);
    this.#know('container', [id, name], { ref: undefined, name });
  }

  isCopy(id: string): boolean {
    return this.#copies.has(id);
  }

  async containers(): Promise<readonly SeenContainer[]> {
    const { body } = await askEngine(this.#socket, 'GET', '/containers/json?all=1');
    return (JSON.parse(body) as readonly Listed[]).map(({ Id, Names, State, Labels, NetworkSettings }) => {
      const isOurs = Labels['reeve.platform'] === this.#platform && !this.#copies.has(Id);
      const joined = Object.entries(NetworkSettings.Networks).sort(([a], [b]) => (a < b ? -1 : 1));
      return {
        id: Id,
        name: (Names[0] ?? '').slice(1),
        ref: isOurs ? `${Labels['reeve.kind']}/${Labels['reeve.name']}` : undefined,
        state: State,
        networks: joined.map(([name]) => name),
        address: joined[0]?.[1].IPAddress ?? '',
      };
    });
  }

  /** One look; an engine that does not answer shows nothing. */
  async look(): Promise<void> {
    const [seen, networks] = await Promise.all([this.containersIfAny(), this.#answered(this.#networks())]);
    if (seen === undefined || networks === undefined) return;
    this.looks++;
    this.seen = seen;
    const running = new Map<string, string>();
    for (const { id, name, ref, state } of seen) {
      this.#know('container', [id], { ref, name });
      // A name is the resource's while its container has it; during a replacement two share one resource.
      if (ref !== undefined || this.subjectOf({ kind: 'container', named: name }) === undefined)
        this.#know('container', [name], { ref, name });
      if (ref === undefined || state !== 'running') continue;
      const other = running.get(ref);
      if (other !== undefined) this.breaches.push(`${ref} runs twice: ${other} and ${name}`);
      running.set(ref, name);
    }
    for (const { Id, Name, Labels } of networks) {
      const isOurs = Labels?.['reeve.platform'] === this.#platform;
      this.#know('network', [Id, Name], { ref: isOurs ? `network ${Name}` : undefined, name: Name });
    }
    this.#lookAtOthers(seen, networks);
    await this.#lookAtVolumes();
  }

  /** undefined: the engine did not answer, which is counted. */
  containersIfAny(): Promise<readonly SeenContainer[] | undefined> {
    return this.#answered(this.containers());
  }

  async #answered<T>(question: Promise<T>): Promise<T | undefined> {
    try {
      return await question;
    } catch (error) {
      this.unanswered.times++;
      this.unanswered.said = error instanceof Error ? error.message : String(error);
      return undefined;
    }
  }

  #know(kind: Thing['kind'], names: readonly string[], subject: Subject): void {
    for (const named of names) this.#known.set(`${kind} ${named}`, subject);
  }

  async #networks(): Promise<readonly SeenNetwork[]> {
    const { body } = await askEngine(this.#socket, 'GET', '/networks');
    return JSON.parse(body) as readonly SeenNetwork[];
  }

  /** They are there, have their names, and are on the networks on which they were; whether they run is the engine's. */
  #lookAtOthers(seen: readonly SeenContainer[], networks: readonly SeenNetwork[]): void {
    const containers = seen.filter(({ id, ref }) => ref === undefined && !this.#copies.has(id));
    const foreign = networks.filter(({ Labels }) => Labels?.['reeve.platform'] === undefined);
    // The engine makes its own three anew with each start, under other ids.
    const own = new Set(['bridge', 'host', 'none']);
    const now = new Map([
      ...containers.map((c) => [c.id, `container ${c.name} on ${c.networks.join(', ')}`] as const),
      ...foreign.filter((n) => !own.has(n.Name)).map((n) => [n.Id, `network ${n.Name}`] as const),
    ]);
    this.#others ??= now;
    for (const [id, was] of this.#others) {
      if (now.get(id) !== was) this.breaches.push(`others' ${was} is touched: now ${now.get(id) ?? 'gone'}`);
    }
  }

  async #lookAtVolumes(): Promise<void> {
    const answer = await this.#answered(askEngine(this.#socket, 'GET', '/volumes'));
    if (answer === undefined) return;
    const { Volumes } = JSON.parse(answer.body) as {
      Volumes:
        | readonly { Name: string; Mountpoint: string; Labels: Readonly<Record<string, string>> | null }[]
        | null;
    };
    const data = (Volumes ?? []).filter(({ Name }) => !isMarker(Name));
    for (const { Name, Labels } of data) {
      const isOurs = Labels?.['reeve.platform'] === this.#platform;
      this.#know('volume', [Name], { ref: isOurs ? `volume ${Name}` : undefined, name: Name });
    }
    const now = new Map(data.map(({ Name, Mountpoint }) => [Name, birthOf(Mountpoint)]));
    this.#volumes ??= now;
    for (const [name, birth] of this.#volumes) {
      if (now.get(name) !== birth)
        this.breaches.push(`volume ${name} is lost: ${birth} is now ${now.get(name)}`);
    }
  }
}

/** By its folder's own birth: what the engine gives as `CreatedAt` is the folder's last change, a chown by postgres. */
function birthOf(folder: string): string {
  const { ino, birthtimeMs } = statSync(folder, { throwIfNoEntry: false }) ?? { ino: 0, birthtimeMs: 0 };
  return `${ino} of ${new Date(birthtimeMs).toISOString()}`;
}
