import { describe, expect, test } from 'vitest';
import { makeLogger } from '../../controller/log.ts';
import { makeScrubber } from '../../controller/secrets.ts';

const secret = 'CANARY-7f3a9c';

async function collect(pretty: boolean, level = 'info') {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) };
  const logger = await makeLogger({ level, stream, pretty, scrub: makeScrubber([secret]) });
  return { lines, logger };
}

describe('the log', () => {
  test('is JSON, a line each, with its level’s name and an ISO time', async () => {
    const { lines, logger } = await collect(false);
    logger.info({ ref: 'Agent/a' }, 'started');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', msg: 'started', ref: 'Agent/a' });
    expect(JSON.parse(lines[0] ?? '').time).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  test('carries the pass through all lines of a child', async () => {
    const { lines, logger } = await collect(false);
    const pass = logger.child({ pass: 'p-7' });
    pass.info('one');
    pass.child({ ref: 'Agent/a' }).warn('two');
    expect(lines.map((line) => JSON.parse(line).pass)).toEqual(['p-7', 'p-7']);
  });

  test('below its level says nothing', async () => {
    const { lines, logger } = await collect(false, 'warn');
    logger.info('quiet');
    expect(lines).toEqual([]);
  });

  test.each([
    ['JSON', false],
    ['readable lines', true],
  ])('as %s lets no secret through, wherever it stands', async (_form, pretty) => {
    const { lines, logger } = await collect(pretty);
    const error = Object.assign(new Error(`bad ${secret}`, { cause: new Error(`cause ${secret}`) }), {
      detail: { query: secret },
    });
    logger.info(`message ${secret}`);
    logger.info('placed %s and %o', secret, { secret });
    logger.info({ a: { b: [{ c: secret }] }, [secret]: 1 }, 'deep');
    logger.error(error);
    logger.error(error, `with words ${secret}`);
    logger.error({ err: error }, 'as a field');
    logger.child({ token: secret }).info('child');
    const all = lines.join('');
    expect(lines).toHaveLength(7);
    expect(all).not.toContain(secret);
    expect(all.match(/\(secret\)/g)?.length).toBeGreaterThan(12);
  });

  test('tells an error whole: type, message, stack and cause', async () => {
    const { lines, logger } = await collect(false);
    logger.error(new TypeError('broken', { cause: new Error('deeper') }));
    const line = JSON.parse(lines[0] ?? '');
    expect(line.msg).toBe('broken');
    expect(line.err).toMatchObject({ type: 'TypeError', message: 'broken', cause: { message: 'deeper' } });
    expect(line.err.stack).toContain('log.test.ts');
  });

  test('for a terminal is readable, not JSON', async () => {
    const { lines, logger } = await collect(true);
    logger.warn({ ref: 'Agent/a' }, 'it is slow');
    const line = lines.join('');
    expect(line).toContain('it is slow');
    expect(line).toContain('WARN');
    expect(line).not.toContain('{"level"');
  });
});
