// A model of an engine, and of the memory a controller keeps, to apply plans to: what a container is, nothing of how.
// Not a fake of Docker: it only knows what each step leaves behind. An image that starts with `bad` exits at once.

import type { Ref, Workload } from '../../desired-state/resource.ts';
import { isWorkload, refOf } from '../../desired-state/resource.ts';
import type { Revision } from '../../desired-state/revision.ts';
import { nextAttempt } from '../../reconcilers/backoff.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import { needsInspect } from '../../reconcilers/inspect-needs.ts';
import type { ContainerDetail, ObservedContainer, ObservedState } from '../../reconcilers/observed.ts';
import { isPredecessor } from '../../reconcilers/ownership.ts';
import type { Plan, Step } from '../../reconcilers/plan.ts';
import { type PlanInput, plan } from '../../reconcilers/planner.ts';
import { facts, idOf, live, look, noDefaults, noon } from './make.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type ModelContainer = Omit<Writable<ObservedContainer>, 'detail'> & { detail: Writable<ContainerDetail> };

type Mutable = {
  -readonly [K in keyof Omit<Facts, 'suspended'>]: { -readonly [Key in keyof Facts[K]]: Facts[K][Key] };
};

export interface Ran {
  readonly step: Step;
  /** Refs that were ready when it ran. */
  readonly ready: ReadonlySet<Ref>;
}

export class ModelEngine {
  now = noon;
  containers: ModelContainer[] = [];
  networks = new Set<string>();
  volumes = new Set<string>();
  /** A copy that may be written, of facts that a plan only reads. */
  facts = structuredClone(facts()) as Mutable;
  readonly ran: Ran[] = [];
  #made = 0;

  /** Containers as declared, running since long. */
  add(workload: Workload, parts: Partial<ObservedContainer> = {}): ModelContainer {
    const container = live(workload, { id: idOf(`container ${this.#made++}`), ...parts });
    const model = { ...container, detail: detailFor(workload.container, container) };
    this.containers.push(model);
    return model;
  }

  /** What a look shows: details only of those that must be inspected. */
  look(revision: Revision): ObservedState {
    const all = look(revision, []);
    const state: ObservedState = {
      ...all,
      at: this.now,
      networks: all.networks.filter((n) => this.networks.has(n.name)),
      volumes: all.volumes.filter((v) => this.volumes.has(v.name)),
      containers: this.containers.map(({ detail: _, ...c }) => ({ ...c })),
    };
    const wanted = new Set(needsInspect(revision, state, this.facts));
    return {
      ...state,
      containers: this.containers.map(({ detail, ...c }) =>
        wanted.has(c.id) ? { ...c, detail: structuredClone(detail) } : { ...c },
      ),
    };
  }

  plan(revision: Revision, options: Partial<PlanInput> = {}): Plan {
    return plan({
      revision,
      observed: this.look(revision),
      facts: structuredClone(this.facts),
      now: this.now,
      mode: 'keep',
      busy: new Set(),
      names: [],
      allowDelete: true,
      ...options,
    });
  }

  /** Runs what can run now, as the executor does; stops dead after `budget` steps. Returns how many ran. */
  pass(revision: Revision, budget: number, options: Partial<PlanInput> = {}): { ran: number; plan: Plan } {
    const made = this.plan(revision, options);
    const ready = readyIn(made);
    const known = new Set(made.steps.map((s) => s.id));
    const done = new Set<string>();
    for (const step of made.steps) {
      if (done.size >= budget) break;
      const may =
        step.needs.every((n) => ready.has(n.ref)) && step.after.every((id) => done.has(id) || !known.has(id));
      // What this plan starts is not ready before the next look.
      const early = step.needs.some((n) =>
        made.steps.some((s) => s.ref === n.ref && s.op === 'startContainer'),
      );
      if (!may || early) continue;
      this.perform(step);
      this.ran.push({ step, ready });
      done.add(step.id);
    }
    this.now += 2_000;
    for (const workload of revision.resources)
      if (isWorkload(workload)) this.facts.declared[refOf(workload)] = workload.origin;
    return { ran: done.size, plan: made };
  }

  /** Passes until nothing runs and no time would change that. Returns the passes it took, or undefined. */
  settle(revision: Revision, options: Partial<PlanInput> = {}, most = 60): number | undefined {
    for (let passes = 0; passes < most; passes++) {
      const { ran, plan: made } = this.pass(revision, Number.POSITIVE_INFINITY, options);
      if (ran > 0) continue;
      if (made.nextAt === undefined || made.nextAt > noon + 3_600_000) return passes;
      this.now = Math.max(this.now, made.nextAt);
    }
    return undefined;
  }

  perform(step: Step): void {
    switch (step.op) {
      case 'createNetwork':
        this.networks.add(step.args.network.engineName);
        return;
      case 'removeNetwork':
        this.networks.delete(step.args.name);
        return;
      case 'createVolume':
        this.volumes.add(step.args.volume.engineName);
        return;
      case 'createContainer':
        this.#create(step);
        return;
      case 'removeContainer': {
        const { containerId } = step.args;
        this.containers = this.containers.filter((c) => c.id !== containerId);
        delete this.facts.made[containerId];
        this.#noteRemoval(step, containerId);
        return;
      }
      case 'removeVolume':
      case 'pullImage':
      case 'buildImage':
      case 'pullModel':
        return;
      case 'startContainer':
        this.#start(step);
        return;
      default:
        this.#change(step, this.#containerOf(step.ref, step.args.containerId));
    }
  }

  #change(step: Step, container: ModelContainer): void {
    if (step.op === 'stopContainer') {
      container.state = 'exited';
      container.exitCode = 143;
      this.facts.stops[container.id] = { at: this.now, by: 'reeve', exitCode: 143 };
    } else if (step.op === 'renameContainer') {
      if (this.containers.some((c) => c.name === step.args.name))
        throw new Error(`name taken: ${step.args.name}`);
      container.name = step.args.name;
      this.#noteReplacement(step.ref, container);
    } else if (step.op === 'updateContainer') {
      const { restart, resources } = step.args;
      const spec = container.detail.spec;
      container.detail.spec = {
        ...spec,
        ...(restart === undefined ? {} : { restart }),
        resources: { ...spec.resources, ...resources },
      };
    } else if (step.op === 'unpauseContainer' || step.op === 'restartContainer') {
      container.state = 'running';
    } else if (step.op === 'connectNetwork') {
      const { network, attachment } = step.args;
      container.networks = { ...container.networks, [network]: { networkId: '', ipAddress: '' } };
      setAliases(container, network, attachment.aliases ?? []);
    } else if (step.op === 'disconnectNetwork') {
      const { [step.args.network]: _, ...rest } = container.networks;
      container.networks = rest;
      setAliases(container, step.args.network, []);
    }
  }

  #create(step: Step & { op: 'createContainer' }): void {
    const { name, spec, labels, networkNames } = step.args;
    if (this.containers.some((c) => c.name === name)) throw new Error(`name taken: ${name}`);
    const id = idOf(`container ${this.#made++}`);
    const container: ObservedContainer = {
      id,
      name,
      image: spec.image,
      imageId: `sha256:${spec.image}`,
      labels,
      state: 'created',
      createdAt: this.now,
      ports: [],
      networks: Object.fromEntries(
        Object.values(networkNames).map((n) => [n, { networkId: '', ipAddress: '' }]),
      ),
      volumes: [],
    };
    const model = { ...container, detail: detailFor(spec, container) };
    for (const [wanted, { aliases = [] }] of Object.entries(spec.networks))
      setAliases(model, networkNames[wanted] ?? wanted, aliases);
    this.containers.push(model);
    this.facts.made[id] = { ref: step.ref, at: this.now };
  }

  #start(step: Step & { op: 'startContainer' }): void {
    const container = this.#containerOf(step.ref, step.args.containerId);
    const exits = container.image.startsWith('bad');
    container.state = exits ? 'exited' : 'running';
    if (exits) {
      container.exitCode = 1;
      this.facts.stops[container.id] = { at: this.now, by: 'self', exitCode: 1 };
    } else {
      delete this.facts.stops[container.id];
      this.facts.runningSince[container.id] = this.now;
    }
    if (step.cause.reason === 'Exited') {
      this.facts.attempts[step.ref] = nextAttempt(
        this.facts.attempts[step.ref],
        policyOf(),
        this.now,
        0.5,
        'exited',
      );
    }
  }

  #noteReplacement(ref: Ref, container: ModelContainer): void {
    if (!isPredecessor(container)) delete this.facts.replacing[ref];
    else this.facts.replacing[ref] = { oldId: container.id, restart: 'always', specHash: '', at: this.now };
  }

  #noteRemoval(step: Step, id: string): void {
    if (step.cause.reason === 'ReplacementFailed') {
      const hash = this.wantedHash.get(step.ref) ?? '';
      this.facts.failedReplacements[step.ref] = { specHash: hash, at: this.now, message: step.cause.message };
    }
    if (this.facts.replacing[step.ref]?.oldId === id) delete this.facts.replacing[step.ref];
  }

  /** Spec hash by ref, as a controller takes it from the create step. */
  readonly wantedHash = new Map<Ref, string>();

  /** Without an id: the one that was just made for the resource. */
  #containerOf(ref: Ref, id: string | undefined): ModelContainer {
    const found = this.containers.find((c) =>
      id === undefined ? this.facts.made[c.id]?.ref === ref && c.state === 'created' : c.id === id,
    );
    if (found === undefined) throw new Error(`no container ${id ?? `made for ${ref}`}`);
    return found;
  }
}

function setAliases(container: ModelContainer, network: string, aliases: readonly string[]): void {
  const { detail } = container;
  detail.aliases = { ...detail.aliases, [network]: aliases };
  detail.spec = { ...detail.spec, networks: { ...detail.spec.networks, [network]: { aliases } } };
}

function policyOf() {
  return {
    restartBudget: { restarts: 5, withinMs: 600_000 },
    backoff: { initialMs: 1_000, maxMs: 300_000, factor: 2 },
  };
}

function detailFor(spec: ContainerDetail['spec'], container: ObservedContainer): ContainerDetail {
  const networks = Object.fromEntries(Object.keys(container.networks).map((n) => [n, {}]));
  return {
    at: noon,
    startedAt: 0,
    finishedAt: 0,
    pid: 0,
    exitCode: 0,
    oomKilled: false,
    error: '',
    restartCount: 0,
    imageDefaults: noDefaults,
    aliases: {},
    anonymousVolumes: {},
    spec: { ...spec, networks },
  };
}

function readyIn(made: Plan): ReadonlySet<Ref> {
  return new Set(
    made.statuses.flatMap((s) => (s.conditions.some((c) => c.type === 'Ready' && c.status) ? [s.ref] : [])),
  );
}
