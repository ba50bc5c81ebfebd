// A running controller as a Control: asks it over its socket. Says the same words and ends with the same statuses as the
// work done in this process would.

import { createInterface } from 'node:readline';
import { Client } from 'undici';
import { InvalidManifest } from '../../desired-state/diagnostic.ts';
import type { Plan } from '../../reconcilers/plan.ts';
import type {
  Act,
  ApplyOptions,
  ApplyOutcome,
  Control,
  DownOptions,
  OwnershipAct,
  PlanOptions,
  PlanReport,
  Progress,
  SyncOptions,
} from '../control.ts';
import { exitStatus, ReeveError } from '../errors.ts';
import { errorAnswer, type HealthAnswer, healthAnswer } from './protocol.ts';
import { RemoteProcedures } from './remote-procedures.ts';

type Statuses = Awaited<ReturnType<Control['statuses']>>;

export class RemoteControl implements Control {
  readonly procedures: RemoteProcedures;
  readonly #client: Client;
  /** What the person named with `-f`, absolute; the controller refuses where it keeps others. */
  readonly #sources: readonly string[] | undefined;

  constructor(socketPath: string, sources?: readonly string[]) {
    this.#sources = sources;
    // No time-outs on answers: planning and applying take what they take, and a dead controller closes the connection.
    this.#client = new Client('http://reeve', {
      socketPath,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    this.procedures = new RemoteProcedures((method, path, body) =>
      this.#ask(method, path, path === '/v1/restart-plan' ? this.#named(body ?? {}) : body),
    );
  }

  /** Who is there; within three seconds, or it throws. */
  async health(): Promise<HealthAnswer> {
    const answer = await this.#ask('GET', '/v1/health', undefined, AbortSignal.timeout(3_000));
    return healthAnswer.parse(answer);
  }

  async plan({ names, allowDelete, updateImages, build = false }: PlanOptions): Promise<PlanReport> {
    // Only these: whoever applies passes more, which a plan does not take.
    const body = this.#named({ names, allowDelete, updateImages, build });
    return (await this.#ask('POST', '/v1/plan', body)) as PlanReport;
  }

  async apply(
    options: ApplyOptions,
    progress: (p: Progress) => void,
    signal: AbortSignal,
  ): Promise<ApplyOutcome> {
    return this.#follow('/v1/apply', this.#named(options), progress, signal);
  }

  async act(act: Act | OwnershipAct, by: string): Promise<string> {
    const { message } = (await this.#ask('POST', '/v1/act', { act, by })) as { message: string };
    return message;
  }

  async sync(options: SyncOptions, by: string): Promise<string> {
    const { message } = (await this.#ask('POST', '/v1/sync', { ...options, by })) as { message: string };
    return message;
  }

  async downPlan(options: DownOptions): Promise<Plan> {
    return (await this.#ask('POST', '/v1/down-plan', this.#named(options))) as Plan;
  }

  async down(
    options: DownOptions,
    progress: (p: Progress) => void,
    signal: AbortSignal,
  ): Promise<ApplyOutcome> {
    return this.#follow('/v1/down', this.#named(options), progress, signal);
  }

  async statuses(): Promise<Statuses> {
    return (await this.#ask('GET', '/v1/statuses')) as Statuses;
  }

  async close(): Promise<void> {
    await this.#client.destroy();
  }

  #named<T extends object>(options: T): T & { sources?: readonly string[] } {
    return this.#sources === undefined ? options : { ...options, sources: this.#sources };
  }

  async #ask(method: 'GET' | 'POST', path: string, body?: unknown, signal?: AbortSignal): Promise<unknown> {
    const { status, text } = await this.#request(method, path, body, signal)
      .then(async (answer) => ({ status: answer.statusCode, text: await answer.body.text() }))
      .catch((error: unknown) => {
        throw isCutOff(error) ? unanswered(error) : error;
      });
    const value = parse(text);
    if (status >= 400) throw errorFrom(value);
    return value;
  }

  async #follow(
    path: string,
    body: unknown,
    progress: (p: Progress) => void,
    signal: AbortSignal,
  ): Promise<ApplyOutcome> {
    try {
      const answer = await this.#request('POST', path, body, signal);
      if (answer.statusCode >= 400) throw errorFrom(parse(await answer.body.text()));
      for await (const line of createInterface({ input: answer.body })) {
        const value = parse(line) as Progress | { type: 'error' };
        if (value.type === 'error') throw errorFrom(value);
        progress(value);
        if (value.type === 'outcome') return value.outcome;
      }
    } catch (error) {
      if (error instanceof ReeveError || error instanceof InvalidManifest) throw error;
      throw signal.aborted ? leftAlone() : wentAway(error);
    }
    throw signal.aborted ? leftAlone() : wentAway();
  }

  #request(method: 'GET' | 'POST', path: string, body?: unknown, signal?: AbortSignal) {
    return this.#client.request({
      method,
      path,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

function leftAlone(): ReeveError {
  return new ReeveError('no longer watching; the controller goes on with it', {
    hint: 'reeve status shows how far it is; reeve suspend stops it',
  });
}

function wentAway(cause?: unknown): ReeveError {
  return new ReeveError('the controller went away before it was done', {
    status: exitStatus.failed,
    hint: 'it goes on where it stood when it is started again; reeve status shows how far it was',
    cause,
  });
}

/** The connection was there, and ended without an answer. */
function isCutOff(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET';
}

function unanswered(cause: unknown): ReeveError {
  return new ReeveError('the controller went away before it answered', {
    status: exitStatus.failed,
    hint: 'whether it has begun is in: reeve procedures, reeve events; it goes on with what it has when it is started again',
    cause,
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ReeveError('the controller answered something that is not understood', {
      hint: 'it may be of another version: restart it',
    });
  }
}

function errorFrom(value: unknown): Error {
  const parsed = errorAnswer.safeParse(value);
  if (!parsed.success) return new ReeveError('the controller failed without saying why');
  const { message, hint, status, diagnostics } = parsed.data.error;
  if (diagnostics !== undefined) return new InvalidManifest(diagnostics);
  return new ReeveError(message, { status, ...(hint === undefined ? {} : { hint }) });
}
