// What is on the engine, looked at past reeve, again and again: who is who, and the laws that a look can show.

import { statSync } from 'node:fs';
import { askEngine } from '../scripts/lib/docker-api.ts';
import { isMarker, type Subject } from './recorder.ts';

interface Listed {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly State: string;
  readonly Labels: Readonly<Record<string, string>>;
}

export interface SeenContainer {
  readonly id: string;
  readonly name: string;
  /** Undefined: not reeve's. */
  readonly ref: string | undefined;
  readonly state: string;
}

export class World {
  readonly breaches: string[] = [];
  readonly #socket: string;
  readonly #platform: string;
  readonly #known = new Map<string, Subject>();
  /** Containers that only look like reeve's: copies that somebody made. */
  readonly #copies = new Set<string>();
  /** Volume → the folder that it is. */
  #volumes: ReadonlyMap<string, string> | undefined;
  looks = 0;

  constructor(socket: string, platform: string) {
    this.#socket = socket;
    this.#platform = platform;
  }

  /** By id or name, as last seen. */
  subjectOf(idOrName: string): Subject | undefined {
    return this.#known.get(idOrName);
  }

  /** A container with reeve's labels that reeve did not make. */
  noteCopy(id: string, name: string): void {
    this.#copies.add(id);
    this.#known.set(id, { ref: undefined, name });
    this.#known.set(name, { ref: undefined, name });
  }

  async containers(): Promise<readonly SeenContainer[]> {
    const { body } = await askEngine(this.#socket, 'GET', '/containers/json?all=1');
    return (JSON.parse(body) as readonly Listed[]).map(({ Id, Names, State, Labels }) => {
      const isOurs = Labels['reeve.platform'] === this.#platform && !this.#copies.has(Id);
      return {
        id: Id,
        name: (Names[0] ?? '').slice(1),
        ref: isOurs ? `${Labels['reeve.kind']}/${Labels['reeve.name']}` : undefined,
        state: State,
      };
    });
  }

  /** One look; an engine that does not answer shows nothing. */
  async look(): Promise<void> {
    const seen = await this.containers().catch(() => undefined);
    if (seen === undefined) return;
    this.looks++;
    const running = new Map<string, string>();
    for (const { id, name, ref, state } of seen) {
      this.#known.set(id, { ref, name });
      // A name is the resource's while its container has it; during a replacement two share one resource.
      if (ref !== undefined || !this.#known.has(name)) this.#known.set(name, { ref, name });
      if (ref === undefined || state !== 'running') continue;
      const other = running.get(ref);
      if (other !== undefined) this.breaches.push(`${ref} runs twice: ${other} and ${name}`);
      running.set(ref, name);
    }
    await this.#lookAtVolumes();
  }

  async #lookAtVolumes(): Promise<void> {
    const answer = await askEngine(this.#socket, 'GET', '/volumes').catch(() => undefined);
    if (answer === undefined) return;
    const { Volumes } = JSON.parse(answer.body) as {
      Volumes: readonly { Name: string; Mountpoint: string }[] | null;
    };
    const data = (Volumes ?? []).filter(({ Name }) => !isMarker(Name));
    const now = new Map(data.map(({ Name, Mountpoint }) => [Name, birthOf(Mountpoint)]));
    this.#volumes ??= now;
    for (const [name, birth] of this.#volumes) {
      if (now.get(name) !== birth)
        this.breaches.push(`volume ${name} is lost: ${birth} is now ${now.get(name)}`);
    }
  }

  /** Watches until told to stop. */
  watch(everyMs: number): { stop(): Promise<void> } {
    let going = true;
    const loop = (async () => {
      while (going) {
        await this.look();
        await new Promise((resolve) => setTimeout(resolve, everyMs));
      }
    })();
    return {
      stop: async () => {
        going = false;
        await loop;
      },
    };
  }
}

/** By its folder's own birth: what the engine gives as `CreatedAt` is the folder's last change, a chown by postgres. */
function birthOf(folder: string): string {
  const { ino, birthtimeMs } = statSync(folder, { throwIfNoEntry: false }) ?? { ino: 0, birthtimeMs: 0 };
  return `${ino} of ${new Date(birthtimeMs).toISOString()}`;
}
