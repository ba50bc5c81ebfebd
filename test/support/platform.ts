// A platform of a test's own: a unique name, manifests in a temporary folder, a state folder, and an end that leaves
// nothing on the engine or the disk.

import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { postgresHome, sqliteHome } from '../../controller/store/home.ts';
import { openStoreAtReadOnly, type StoreReader } from '../../controller/store/open.ts';
import type { StoredEvent } from '../../controller/store/store.ts';
import { engineSocket } from '../../scripts/lib/docker-api.ts';
import { type CliResult, type Controller, type Running, spawnReeve, startController } from './reeve.ts';
import { patienceMs, until } from './until.ts';
import { containerOf, containersOf, type Inspected, removePlatform, type WorldContainer } from './world.ts';

export interface PlatformOptions {
  /** Engine's socket; absent: the machine's own engine. */
  readonly socket?: string;
  /** Socket that reeve is given in its place: a proxy before the engine. */
  readonly through?: string;
  readonly enter?: readonly string[];
  /** Variables of reeve's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** State folder elsewhere (a small disk). */
  readonly state?: string;
  /** Where the store is, if it is in Postgres. */
  readonly store?: string;
}

export class TestPlatform {
  readonly name: string;
  readonly folder: string;
  readonly manifests: string;
  readonly state: string;
  readonly socket: string;
  readonly store: string | undefined;
  readonly #through: string;
  readonly #enter: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  readonly #running = new Set<Running>();

  constructor(name: string, folder: string, options: PlatformOptions) {
    this.name = name;
    this.folder = folder;
    this.manifests = join(folder, 'manifests');
    this.state = options.state ?? join(folder, 'state');
    this.socket = options.socket ?? engineSocket();
    this.store = options.store;
    this.#through = options.through ?? this.socket;
    this.#enter = options.enter ?? [];
    this.#env = options.env ?? {};
  }

  /** Path of a manifest (or another file) of the platform. */
  path(file: string): string {
    return join(this.manifests, file);
  }

  /** Replaces a file by rename, as editors do. */
  async write(file: string, text: string): Promise<void> {
    const path = this.path(file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}.new~`, text);
    await rename(`${path}.new~`, path);
  }

  /** The manifest of all resources: `reeve.yaml` with the Platform document before the others. */
  async declare(documents: readonly string[], spec = ''): Promise<void> {
    await this.write('reeve.yaml', this.manifest(documents, spec));
  }

  manifest(documents: readonly string[], spec = ''): string {
    const head = `apiVersion: reeve/v1\nkind: Platform\nmetadata: {name: ${this.name}}\nspec: {${spec}}\n`;
    return [head, ...documents].join('---\n');
  }

  async replaceIn(file: string, old: string | RegExp, now: string): Promise<void> {
    const text = await readFile(this.path(file), 'utf8');
    const changed = text.replace(old, now);
    if (changed === text) throw new Error(`nothing to replace in ${file}: ${old}`);
    await this.write(file, changed);
  }

  get #options() {
    return {
      state: this.state,
      cwd: this.manifests,
      socket: this.#through,
      enter: this.#enter,
      env: this.#env,
    };
  }

  /** Runs `reeve ARGS` here to its end, or to the platform's. */
  reeve(...args: readonly string[]): Promise<CliResult> {
    return this.spawn(...args).ended;
  }

  /** … with further variables in its environment. */
  reeveWith(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<CliResult> {
    const options = this.#options;
    return spawnReeve(args, { ...options, env: { ...options.env, ...env } }).ended;
  }

  /** Starts `reeve ARGS` here; ended with the platform at the latest. */
  spawn(...args: readonly string[]): Running {
    const running = spawnReeve(args, this.#options);
    this.#running.add(running);
    return running;
  }

  /** `reeve apply --yes` that must end well. */
  async apply(...args: readonly string[]): Promise<CliResult> {
    const result = await this.reeve('apply', '--yes', '-f', this.manifests, ...args);
    if (result.code !== 0)
      throw new Error(`apply ended with ${result.code}:\n${result.stdout}\n${result.stderr}`);
    return result;
  }

  /** A controller that keeps the platform. */
  run(...args: readonly string[]): Promise<Controller> {
    return this.runFrom(['-f', this.manifests, ...args]);
  }

  /** … from elsewhere than its own folder of manifests. */
  async runFrom(args: readonly string[]): Promise<Controller> {
    const controller = await startController(args, this.#options);
    this.#running.add(controller);
    return controller;
  }

  /** `LAUNCHER run ARGS`, with nothing added. */
  async runBy(launcher: string, args: readonly string[]): Promise<Controller> {
    const controller = await startController(args, { launcher, enter: this.#enter, env: this.#env });
    this.#running.add(controller);
    return controller;
  }

  containers(): Promise<readonly WorldContainer[]> {
    return containersOf(this.socket, this.name);
  }

  /** The one container of a resource. */
  container(ref: string): Promise<Inspected> {
    return containerOf(this.socket, this.name, ref);
  }

  /** Waits until the resource has exactly one container, and that one is as asked. */
  untilContainer(
    ref: string,
    what: string,
    is: (c: Inspected) => boolean,
    ms = patienceMs,
  ): Promise<Inspected> {
    return until(
      async () => {
        const found = await this.container(ref);
        if (!is(found)) throw new Error(`it is ${JSON.stringify(found.State)}`);
        return found;
      },
      ms,
      `${ref} ${what}`,
    );
  }

  /** The stored events, oldest change first: the file that `reeve events` reads. */
  events(): Promise<readonly StoredEvent[]> {
    return this.fromStore((store) => store.events({}));
  }

  async fromStore<T>(read: (store: StoreReader) => Promise<T>): Promise<T> {
    const store = await openStoreAtReadOnly(
      this.store === undefined
        ? sqliteHome(join(this.state, 'store.db'))
        : postgresHome(this.store, this.name),
    );
    if (store === undefined) throw new Error('there is no store yet');
    try {
      return await read(store);
    } finally {
      await store.close();
    }
  }

  /** Waits for an event of the resource with this reason (and words). */
  untilEvent(ref: string, reason: string, words: RegExp = /./, ms = patienceMs): Promise<StoredEvent> {
    return until(
      async () => {
        const mine = (await this.events()).filter((e) => e.regarding === ref);
        const found = mine.find((e) => e.reason === reason && words.test(e.message));
        if (found === undefined)
          throw new Error(`only ${mine.map((e) => `${e.reason} (${e.message})`).join('; ')}`);
        return found;
      },
      ms,
      `${ref} has an event ${reason} like ${words}`,
    );
  }

  /** Waits until the stored condition of the resource is so. */
  untilCondition(ref: string, type: string, reason: RegExp, ms = patienceMs): Promise<{ message: string }> {
    return until(
      async () => {
        const mine = (await this.fromStore((s) => s.conditions())).filter((c) => c.ref === ref);
        const found = mine.find((c) => c.type === type && c.status && reason.test(c.reason));
        if (found === undefined) {
          throw new Error(mine.map((c) => `${c.type} ${c.status} ${c.reason} (${c.message})`).join('; '));
        }
        return found;
      },
      ms,
      `${ref} is ${type} ${reason}`,
    );
  }

  untilReady(ref: string, ms = patienceMs): Promise<{ message: string }> {
    return this.untilCondition(ref, 'Ready', /./, ms);
  }

  /** An engine of the test's own goes with all that is on it: what it cannot let go of (a busy file system) is no failure. */
  async #removeFromEngine(): Promise<void> {
    const own = this.socket !== engineSocket();
    await removePlatform(this.socket, this.name).catch((error: unknown) => {
      if (!own) throw error;
      process.stderr.write(
        `left on the test's own engine: ${error instanceof Error ? error.message.slice(0, 200) : ''}\n`,
      );
    });
  }

  /** Ends what runs, removes what is on the engine and the disk. */
  async close(): Promise<void> {
    for (const { process, ended } of this.#running) {
      if (process.exitCode === null && process.signalCode === null) process.kill('SIGKILL');
      await ended;
    }
    await this.#removeFromEngine();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A fresh platform; close it at the end. */
export async function newPlatform(options: PlatformOptions = {}): Promise<TestPlatform> {
  const name = `t${randomBytes(4).toString('hex')}`;
  const folder = await mkdtemp(join(tmpdir(), `reeve-${name}-`));
  const platform = new TestPlatform(name, folder, options);
  await mkdir(platform.manifests, { recursive: true });
  await mkdir(platform.state, { recursive: true, mode: 0o700 });
  return platform;
}

/** A small Service: busybox that ends at once on TERM; `more` are further lines of its spec. */
export function service(name: string, more: readonly string[] = []): string {
  const lines = ['image: reeve-test:1', 'stop_grace_period: 1s', ...more].map((line) => `  ${line}`);
  return `apiVersion: reeve/v1\nkind: Service\nmetadata: {name: ${name}}\nspec:\n${lines.join('\n')}\n`;
}

/** A document of a kind without much to say. */
export function document(kind: string, name: string, spec = '{}'): string {
  return `apiVersion: reeve/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
}
