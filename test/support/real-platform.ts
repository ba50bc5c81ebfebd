// A platform of many Compose files on a real engine: the files of REEVE_REAL_DIR, or of a folder beside the project, or
// some of like shape made on the spot. What reeve is asked to keep, and what it costs reeve, read from outside.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { formatDiagnostic } from '../../desired-state/diagnostic.ts';
import { load } from '../../desired-state/load.ts';
import { isWorkload, refOf } from '../../desired-state/resource.ts';
import type { PlatformSize } from '../../scripts/lib/farm/like-platform.ts';
import { prepare } from '../../scripts/lib/farm/prepare.ts';
import { type Change, writeManifest } from '../../scripts/lib/farm/project-folder.ts';
import { repository } from '../../scripts/lib/node-modules.ts';
import type { TestPlatform } from './platform.ts';
import { type CliResult, type Controller, cpuMs, type Running, startController } from './reeve.ts';
import { type Inspected, inspect } from './world.ts';

/** A folder of real files, where there is one. */
export function realFolder(): string | undefined {
  const named = process.env['REEVE_REAL_DIR'];
  if (named !== undefined && named !== '') return named;
  const beside = join(repository, '../shared/real/sutazai');
  return existsSync(beside) ? beside : undefined;
}

/** What a process has cost so far. */
export interface Cost {
  readonly peakMb: number;
  readonly cpuMs: number;
}

export class RealPlatform {
  readonly p: TestPlatform;
  readonly #added: Change[] = [];

  private constructor(p: TestPlatform) {
    this.p = p;
  }

  /** The files laid out, images made, the manifest written. `real` absent: files of `size` are made. */
  static async layOut(p: TestPlatform, real: string | undefined, size: PlatformSize): Promise<RealPlatform> {
    await prepare(real, p.manifests, { name: p.name, size });
    return new RealPlatform(p);
  }

  get manifest(): string {
    return this.p.path('reeve.yaml');
  }

  /** Merges one more file in; gives the names of the services that it speaks of. */
  async add(change: Change): Promise<ReadonlySet<string>> {
    this.#added.push(change);
    await writeManifest(this.p.manifests, this.#added, this.p.name);
    const file = readFileSync(this.p.path(`docker-compose.${change}.yml`), 'utf8');
    const { services } = parse(file) as { services: Readonly<Record<string, unknown>> };
    return new Set(Object.keys(services));
  }

  /** `reeve VERB -f MANIFEST ARGS` to its end, with what it cost. */
  async run(verb: string, ...args: readonly string[]): Promise<CliResult & Cost> {
    const running = this.p.spawn(verb, '-f', this.manifest, ...args);
    const cost = follow(running);
    const result = await running.ended;
    return { ...result, ...cost() };
  }

  /** `reeve apply` that must end well. */
  async apply(): Promise<CliResult & Cost> {
    const result = await this.run('apply', '--yes', '--timeout', '15m');
    if (result.code !== 0)
      throw new Error(`apply ended with ${result.code}:\n${result.stdout.slice(-3_000)}\n${result.stderr}`);
    return result;
  }

  /** The resources that a plan would touch now. */
  async pending(): Promise<ReadonlySet<string>> {
    const result = await this.run('plan', '-o', 'json');
    if (result.code !== 0) throw new Error(`plan ended with ${result.code}: ${result.stderr}`);
    const { plan } = JSON.parse(result.stdout) as { plan: { steps: readonly { ref: string }[] } };
    return new Set(plan.steps.map((step) => step.ref));
  }

  /** What each workload depends on, as the files say. */
  async dependencies(): Promise<ReadonlyMap<string, readonly string[]>> {
    const { manifests: cwd } = this.p;
    const result = await load({ paths: [this.manifest], cwd, env: process.env, digest: () => '' });
    if (!result.ok) throw new Error(result.diagnostics.map(formatDiagnostic).join('\n'));
    const workloads = result.loaded.revision.resources.filter(isWorkload);
    return new Map(workloads.map((w) => [refOf(w), w.dependsOn.map((d) => d.on)]));
  }

  async keep(): Promise<Controller & { readonly cost: () => Cost }> {
    const { state, manifests, socket } = this.p;
    const controller = await startController(['-f', this.manifest], { state, cwd: manifests, socket });
    return { ...controller, cost: follow(controller) };
  }

  /** All containers as the engine has them, by resource. */
  async containers(): Promise<ReadonlyMap<string, Inspected>> {
    const listed = await this.p.containers();
    const found = new Map<string, Inspected>();
    for (const { id, ref } of listed) {
      if (found.has(ref)) throw new Error(`two containers of ${ref}`);
      found.set(ref, await inspect(this.p.socket, id));
    }
    return found;
  }
}

/** Peak memory and CPU of a process until it ends; both are gone with the process, so they are read as it runs. */
function follow({ pid, ended }: Running): () => Cost {
  let cost: Cost = { peakMb: 0, cpuMs: 0 };
  const look = (): void => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const peakKb = Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1] ?? 0);
      cost = { peakMb: Math.max(cost.peakMb, Math.round(peakKb / 1024)), cpuMs: cpuMs(pid) };
    } catch {
      // It has ended.
    }
  };
  const timer = setInterval(look, 100);
  void ended.finally(() => clearInterval(timer));
  return () => {
    look();
    return cost;
  };
}

/** The same container, run without a break. */
export function sameRun(a: Inspected | undefined, b: Inspected | undefined): boolean {
  return a !== undefined && b !== undefined && a.Id === b.Id && a.State.StartedAt === b.State.StartedAt;
}
