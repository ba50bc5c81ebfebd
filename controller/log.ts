// Logs: pino's JSON lines, or readable ones on a terminal. Whatever is logged, at any depth, is scrubbed of secrets
// before pino sees it.

import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino';
import { scrubDeep } from './secrets.ts';

export type { Logger } from 'pino';

export interface LogOptions {
  readonly level: string;
  /** Absent: stderr, written at once, so that a killed process has said all it said. */
  readonly stream?: DestinationStream;
  /** Readable lines instead of JSON. */
  readonly pretty: boolean;
  readonly scrub: (text: string) => string;
}

/** The lines of one reconcile carry its id: `logger.child({ pass })`. */
export async function makeLogger({ level, stream, pretty, scrub }: LogOptions): Promise<Logger> {
  const out = stream ?? destination({ fd: 2, sync: true });
  const logger = pino(
    {
      level,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // Errors come here as plain data already; pino's own serializer would take them apart a second time.
      serializers: { err: (plain: unknown) => plain },
      hooks: {
        logMethod(args, method) {
          const [first, ...rest] = args.map((arg) => scrubArgument(scrub, arg));
          // pino would take an error's own message for the line, unscrubbed: it is passed as plain data instead.
          const line = args[0] instanceof Error && rest.length === 0 ? [scrub(args[0].message)] : rest;
          method.apply(this, [first, ...line] as Parameters<typeof method>);
        },
      },
    },
    pretty ? await readable(out) : out,
  );
  // pino's formatters do not see a child's bindings. Children inherit this from their parent.
  const { child } = logger;
  logger.child = function scrubbed(this: Logger, bindings, options) {
    return child.call(this, scrubDeep(scrub, bindings) as typeof bindings, options);
  } as typeof child;
  return logger;
}

function scrubArgument(scrub: (text: string) => string, arg: unknown): unknown {
  const plain = scrubDeep(scrub, arg);
  return arg instanceof Error ? { err: plain } : plain;
}

/** Loaded only for a terminal: it costs start-up time. */
async function readable(out: DestinationStream): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty');
  const lines = pretty.prettyFactory({
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss.l',
    colorize: true,
  });
  return {
    write: (json) => {
      const line = lines(json);
      if (line !== undefined) out.write(line);
    },
  };
}
