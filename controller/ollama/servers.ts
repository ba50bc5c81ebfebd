// Watches the model servers that Models name: which models each has. Results are facts for the planner.

import { isWorkload, type Ref, refOf } from '../../desired-state/resource.ts';
import type { Revision } from '../../desired-state/revision.ts';
import type { ObservedModelServer, ObservedState } from '../../reconcilers/observed.ts';
import { runningOf } from '../../reconcilers/ownership.ts';
import type { Engine } from '../engine.ts';
import { addressOfPort } from '../probes/address.ts';
import { installedModels } from './client.ts';

/** Ollama's own default port. */
const defaultPort = 11_434;
const askTimeoutMs = 5_000;
/** A server that did not answer, or whose models were pulled by others, is asked again this often. */
const recheckMs = { reachable: 30_000, unreachable: 1_000 };

export class ModelServers {
  readonly observed = new Map<string, ObservedModelServer>();
  readonly #urls = new Map<string, string>();
  readonly #dueAt = new Map<string, number>();
  readonly #engine: Engine;
  readonly #now: () => number;
  readonly #onChange: () => void;
  readonly #asking = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(engine: Engine, now: () => number, onChange: () => void) {
    this.#engine = engine;
    this.#now = now;
    this.#onChange = onChange;
  }

  /** Follows the servers of these Models; one whose address changed is asked at once. */
  async update(revision: Revision, observed: ObservedState): Promise<void> {
    const wanted = new Set<string>();
    for (const resource of revision.resources) if (resource.kind === 'Model') wanted.add(resource.server);
    if (wanted.size > 0) {
      const info = await this.#engine.info();
      for (const server of wanted) {
        const url = server.startsWith('http')
          ? server
          : urlOfWorkload(server as Ref, revision, observed, info);
        if (url === undefined) this.#lose(server);
        else if (this.#urls.get(server) !== url) {
          this.#urls.set(server, url);
          this.#dueAt.set(server, 0);
        }
      }
    }
    for (const server of this.#urls.keys()) if (!wanted.has(server)) this.#lose(server);
    this.#schedule();
  }

  /** The address to pull through; undefined while the server does not run. */
  urlOf(server: string): string | undefined {
    return this.#urls.get(server);
  }

  /** Asks again now: after a pull. */
  async refresh(server: string): Promise<void> {
    this.#dueAt.set(server, 0);
    await this.#ask(server);
  }

  /** Each server that runs has answered, or failed to. */
  get answered(): boolean {
    return [...this.#urls.keys()].every((server) => this.observed.has(server));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #lose(server: string): void {
    this.#urls.delete(server);
    this.#dueAt.delete(server);
    this.observed.delete(server);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#closed || this.#dueAt.size === 0) return;
    const next = Math.min(...this.#dueAt.values());
    this.#timer = setTimeout(() => void this.#tick(), Math.max(0, next - this.#now()));
  }

  async #tick(): Promise<void> {
    const now = this.#now();
    await Promise.all([...this.#dueAt].filter(([, at]) => at <= now).map(([server]) => this.#ask(server)));
    this.#schedule();
  }

  async #ask(server: string): Promise<void> {
    const url = this.#urls.get(server);
    if (url === undefined || this.#asking.has(server)) return;
    this.#asking.add(server);
    let answer: ObservedModelServer;
    const at = this.#now();
    try {
      answer = { at, reachable: true, models: await installedModels(url, askTimeoutMs) };
    } catch (error) {
      answer = {
        at,
        reachable: false,
        models: [],
        error: error instanceof Error ? error.message : String(error),
      };
    }
    this.#asking.delete(server);
    if (this.#closed || this.#urls.get(server) !== url) return;
    this.#dueAt.set(server, this.#now() + (answer.reachable ? recheckMs.reachable : recheckMs.unreachable));
    const changed = sayingOf(this.observed.get(server)) !== sayingOf(answer);
    this.observed.set(server, answer);
    if (changed) this.#onChange();
  }
}

function urlOfWorkload(
  ref: Ref,
  revision: Revision,
  observed: ObservedState,
  info: Parameters<typeof addressOfPort>[2],
): string | undefined {
  const workload = revision.resources.filter(isWorkload).find((r) => refOf(r) === ref);
  const container = runningOf(observed.containers, revision.platform, ref);
  if (workload === undefined || container === undefined) return undefined;
  const address = addressOfPort(container, workload.modelServerPort ?? defaultPort, info);
  return address === undefined ? undefined : `http://${address.host}:${address.port}`;
}

/** What an answer says, whenever it was given. */
function sayingOf(answer: ObservedModelServer | undefined): string {
  return JSON.stringify({ ...answer, at: 0 });
}
