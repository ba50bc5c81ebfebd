// The controller's HTTP API on a Unix socket: checks what comes in, hands it to the one Control, tells what it says.
// Decides nothing. A client that goes away stops nothing: an apply goes on.

import { chmod, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { z } from 'zod';
import { InvalidManifest } from '../../desired-state/diagnostic.ts';
import type { Ref } from '../../desired-state/resource.ts';
import type { ApplyOutcome, Control, Progress } from '../control.ts';
import { exitStatus, ReeveError } from '../errors.ts';
import { awaitingWord, comingIn, listProcedures, readProcedure } from '../procedures/read.ts';
import { readSnapshot } from '../reports/read.ts';
import { resourceRows } from '../reports/resources.ts';
import { eventRow, statusReport } from '../reports/status.ts';
import type { StoreReader } from '../store/sql-store.ts';
import type { Store } from '../store/store.ts';
import {
  actBody,
  applyBody,
  downBody,
  type ErrorAnswer,
  eventsQuery,
  type HealthAnswer,
  httpStatusOf,
  planBody,
  recoverBody,
  recoverPlanBody,
  restartBody,
  restartPlanBody,
  rollbackBody,
  rollbackPlanBody,
  sayBody,
  syncBody,
} from './protocol.ts';
import { requireSameSources } from './same-sources.ts';

export interface ServeOptions {
  readonly socketPath: string;
  readonly store: Store;
  /** What this controller keeps: absolute paths of its `-f` arguments. */
  readonly sources: readonly string[];
  readonly platform: string;
  /** `EngineInfo.key`. */
  readonly engine: string;
  readonly version: string;
  readonly now: () => number;
}

export interface Server {
  /** Ends what is under way as an interrupt would, and takes the socket away. */
  close(): Promise<void>;
  /** … leaves the socket, which another server has taken over. */
  handOver(): Promise<void>;
}

/** Serves until closed. The caller holds the platform's lock: a socket file that is there belongs to a dead controller. */
export async function serve(control: Control, options: ServeOptions): Promise<Server> {
  const closing = new AbortController();
  const app = makeApp();
  const health = healthOf(options);
  addReading(app, options, () => health);
  addLooking(app, control);
  addActing(app, control, options, closing.signal);
  await listen(app, options.socketPath);
  const close = async (): Promise<void> => {
    closing.abort();
    await app.close();
  };
  return serverOf(options, close);
}

/** `end`: of what it serves. */
export function serverOf({ socketPath }: Pick<ServeOptions, 'socketPath'>, end: () => Promise<void>): Server {
  return {
    close: async () => {
      await rm(socketPath, { force: true });
      await end();
    },
    handOver: end,
  };
}

export function makeApp(): FastifyInstance {
  const app = fastify({ logger: false, forceCloseConnections: true, bodyLimit: 1 << 20 });
  app.setErrorHandler((error, _request, reply) => {
    const answer = errorAnswerOf(error);
    return reply.code(httpStatusOf(answer.error.status)).send(answer);
  });
  app.setNotFoundHandler((request, reply) => {
    const error = { message: `there is no ${request.method} ${request.url}`, status: exitStatus.usage };
    return reply.code(404).send({ error });
  });
  return app;
}

/** Bound under another name, closed to others, then moved into place: there is no moment at which others could connect. */
export async function listen(app: FastifyInstance, socketPath: string): Promise<void> {
  // No longer than the socket's own name, which may be as long as the kernel takes.
  const temporary = join(dirname(socketPath), `.s${process.pid}`);
  await rm(temporary, { force: true });
  await app.listen({ path: temporary });
  await chmod(temporary, 0o600);
  await rename(temporary, socketPath);
}

export function healthOf({
  platform,
  engine,
  sources,
  version,
  now,
}: Omit<ServeOptions, 'store'>): HealthAnswer {
  const startedAt = new Date(now()).toISOString();
  return { platform, engine, pid: process.pid, version, startedAt, sources: [...sources] };
}

interface Readable extends Omit<ServeOptions, 'store'> {
  readonly store: StoreReader;
}

/** What the store alone can answer. */
export function addReading(app: FastifyInstance, options: Readable, health: () => HealthAnswer): void {
  const { store, platform, now } = options;
  const snapshot = () => readSnapshot(store, { platform, at: now(), controller: health() });
  app.get('/v1/health', () => health());
  app.get('/v1/status', async () => {
    const warnings = await store.events({ type: 'Warning', limit: 5 });
    return statusReport(await snapshot(), warnings, await awaitingWord(store), await comingIn(store));
  });
  app.get('/v1/resources', async () => ({ resources: resourceRows(await snapshot()) }));
  app.get('/v1/events', async (request) => {
    const query = read(eventsQuery, request.query);
    const events = await store.events({
      limit: query.limit,
      ...(query.after === undefined ? {} : { afterChange: query.after }),
      ...(query.since === undefined ? {} : { since: query.since }),
      ...(query.type === undefined ? {} : { type: query.type }),
      ...(query.regarding === undefined ? {} : { regarding: query.regarding as Ref }),
    });
    return { events: events.map(eventRow), after: events.at(-1)?.change ?? query.after ?? 0 };
  });
  app.get('/v1/procedures', async () => ({ procedures: await listProcedures(store) }));
  app.get('/v1/procedures/:id', (request) => readProcedure(store, (request.params as { id: string }).id));
}

function addLooking(app: FastifyInstance, control: Control): void {
  app.get('/v1/plan', () => control.plan({ names: [], allowDelete: false, updateImages: false }));
  app.get('/v1/statuses', () => control.statuses());
}

function addActing(app: FastifyInstance, control: Control, kept: ServeOptions, signal: AbortSignal): void {
  app.post('/v1/plan', (request) => {
    const { sources, ...plan } = read(planBody, request.body);
    requireSameSources(kept, sources);
    return control.plan(plan);
  });
  app.post('/v1/apply', async (request, reply) => {
    const { sources, ...apply } = read(applyBody, request.body);
    requireSameSources(kept, sources);
    await stream(reply, (progress) => control.apply(apply, progress, signal));
  });
  app.post('/v1/act', async (request) => {
    const { act, by } = read(actBody, request.body);
    return { message: await control.act(act, by) };
  });
  app.post('/v1/sync', async (request) => {
    const { by, ...sync } = read(syncBody, request.body);
    return { message: await control.sync(sync, by) };
  });
  app.post('/v1/restart-plan', (request) => {
    const { sources, ...restart } = read(restartPlanBody, request.body);
    requireSameSources(kept, sources);
    return control.procedures.restartPlan(restart);
  });
  app.post('/v1/restart', async (request) => {
    const { plan, by } = read(restartBody, request.body);
    return { id: await control.procedures.restart(plan, by) };
  });
  app.post('/v1/recover-plan', (request) => {
    const { sources, ...recover } = read(recoverPlanBody, request.body);
    requireSameSources(kept, sources);
    return control.procedures.recoverPlan(recover);
  });
  app.post('/v1/recover', async (request) => {
    const { plan, by } = read(recoverBody, request.body);
    return { id: await control.procedures.recover(plan, by) };
  });
  app.post('/v1/rollback-plan', (request) =>
    control.procedures.rollbackPlan(read(rollbackPlanBody, request.body)),
  );
  app.post('/v1/rollback', async (request) => {
    const { by, ...plan } = read(rollbackBody, request.body);
    return { id: await control.procedures.rollback(plan, by) };
  });
  app.post('/v1/say', async (request) => {
    const { id, word, by } = read(sayBody, request.body);
    return { message: await control.procedures.say(id, word, by) };
  });
  app.post('/v1/down-plan', (request) => {
    const { sources, ...down } = read(downBody, request.body);
    requireSameSources(kept, sources);
    return control.downPlan(down);
  });
  app.post('/v1/down', async (request, reply) => {
    const { sources, ...down } = read(downBody, request.body);
    requireSameSources(kept, sources);
    await stream(reply, (progress) => control.down(down, progress, signal));
  });
}

/** Progress as lines of JSON. The last line is the outcome, or the error. */
async function stream(
  reply: FastifyReply,
  work: (progress: (p: Progress) => void) => Promise<ApplyOutcome>,
): Promise<void> {
  reply.hijack();
  const { raw } = reply;
  // A client that is gone is no reason to stop; what it would have read is in the store.
  raw.on('error', () => undefined);
  const line = (value: unknown) => {
    if (!raw.destroyed) raw.write(`${JSON.stringify(value)}\n`);
  };
  raw.writeHead(200, { 'content-type': 'application/x-ndjson' });
  raw.flushHeaders();
  try {
    const outcome = await work((progress) => {
      if (progress.type !== 'outcome') line(progress);
    });
    line({ type: 'outcome', outcome });
  } catch (error) {
    line({ type: 'error', ...errorAnswerOf(error) });
  }
  if (!raw.destroyed) raw.end();
}

function read<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  throw new ReeveError(
    `the request is not understood: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`,
    {
      status: exitStatus.usage,
    },
  );
}

function errorAnswerOf(error: unknown): ErrorAnswer {
  if (error instanceof InvalidManifest) {
    return {
      error: { message: error.message, status: exitStatus.invalid, diagnostics: [...error.diagnostics] },
    };
  }
  if (error instanceof ReeveError) {
    const { message, hint, status } = error;
    return { error: { message, status, ...(hint === undefined ? {} : { hint }) } };
  }
  // fastify's own: a body that is no JSON, or too large.
  const refused = error instanceof Error && 'statusCode' in error && Number(error.statusCode) < 500;
  const message = error instanceof Error ? error.message : String(error);
  return { error: { message, status: refused ? exitStatus.usage : exitStatus.failed } };
}
