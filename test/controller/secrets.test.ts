import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeScrubber, scrubDeep } from '../../controller/secrets.ts';

/** Values that people and generators choose, with all that needs escaping somewhere. */
const secrets = fc
  .oneof(
    fc.string({ minLength: 4, maxLength: 60 }),
    fc.string({ unit: 'binary', minLength: 4, maxLength: 30 }),
    fc.stringMatching(/^[A-Za-z0-9+/=&%"'\\$ ]{4,40}$/),
    fc.base64String({ minLength: 8, maxLength: 64 }),
  )
  .filter((value) => value.trim().length >= 4 && !'(secret)'.includes(value));

const spellings: Readonly<Record<string, (value: string) => string>> = {
  plain: (value) => value,
  'JSON-escaped': (value) => JSON.stringify(value).slice(1, -1),
  'JSON within JSON': (value) => JSON.stringify(JSON.stringify({ value })),
  'URL-encoded': (value) => encodeURIComponent(value.toWellFormed()),
  'URL-encoded in small letters': (value) =>
    encodeURIComponent(value.toWellFormed()).replace(/%../g, (hex) => hex.toLowerCase()),
  'form-encoded': (value) => new URLSearchParams({ v: value }).toString(),
  base64: (value) => Buffer.from(value).toString('base64'),
  base64url: (value) => Buffer.from(value).toString('base64url'),
};

/** The encoded value itself, without what a spelling puts around it. */
const cores: typeof spellings = {
  ...spellings,
  'JSON within JSON': (value) => JSON.stringify(JSON.stringify(value).slice(1, -1)).slice(1, -1),
  'form-encoded': (value) => new URLSearchParams([['', value]]).toString().slice(1),
};

describe('a secret value', () => {
  test.each(Object.keys(spellings))('%s never comes through', (name) => {
    const spell = spellings[name];
    const core = cores[name];
    if (spell === undefined || core === undefined) throw new Error(name);
    fc.assert(
      fc.property(secrets, (secret) => {
        const scrub = makeScrubber([secret]);
        const scrubbed = scrub(`<${spell(secret)}>`);
        return scrubbed.includes('(secret)') && !scrubbed.replaceAll('(secret)', '').includes(core(secret));
      }),
      { numRuns: 300 },
    );
  });

  test('is found inside a longer base64 text, wherever it begins', () => {
    const scrub = makeScrubber(['correct horse battery']);
    for (const user of ['', 'a', 'ab', 'abc', 'postgres']) {
      for (const alphabet of ['base64', 'base64url'] as const) {
        const header = Buffer.from(`${user}:correct horse battery:tail`).toString(alphabet);
        const scrubbed = scrub(`Authorization: Basic ${header}`);
        expect(scrubbed).toContain('(secret)');
        const rest = scrubbed.replace('(secret)', '').split(' ').at(-1) ?? '';
        expect(Buffer.from(rest, 'base64').toString()).not.toMatch(/horse|batter/);
      }
    }
  });

  test('of several lines is found line by line, and with its last newline gone', () => {
    const key = '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0\nsecond+line/of+it==\n-----END KEY-----\n';
    const scrub = makeScrubber([key, 'password\n']);
    expect(scrub('got MIIEvQIBADANBgkqhkiG9w0 here')).toBe('got (secret) here');
    expect(scrub('login with password failed')).toBe('login with (secret) failed');
  });

  test('that holds another is replaced whole', () => {
    expect(makeScrubber(['abcd', 'abcdefgh'])('x abcdefgh y abcd')).toBe('x (secret) y (secret)');
  });

  test('shorter than four characters is left: it would blank out words', () => {
    expect(makeScrubber(['', 'abc'])('abc')).toBe('abc');
  });

  test('that is learnt later is replaced from then on, and the first still is', () => {
    const scrub = makeScrubber(['first-one']);
    expect(scrub('first-one second-one')).toBe('(secret) second-one');
    scrub.add(['second-one']);
    expect(scrub('first-one second-one')).toBe('(secret) (secret)');
  });
});

describe('other text', () => {
  test('is left as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'abc .:/{}"') }), (text) => {
        expect(makeScrubber(['XYZ-CANARY-1', '$^.*+?()[]|-\\'])(text)).toBe(text);
      }),
    );
  });
});

describe('at any depth', () => {
  test('no place in a value keeps it: keys, numbers, maps, errors with causes and own fields', () => {
    const scrub = makeScrubber(['hunter22', '31415926']);
    const cause = Object.assign(new TypeError('hunter22 refused'), { sql: "set password 'hunter22'" });
    const value = {
      hunter22: 1,
      pin: 31415926,
      list: [['hunter22'], new Map([['hunter22', 'hunter22']]), new Set(['hunter22'])],
      url: new URL('http://u:hunter22@h/'),
      error: new Error('outer hunter22', { cause }),
      bytes: Buffer.from('hunter22'),
    };
    const scrubbed = JSON.stringify(scrubDeep(scrub, value));
    expect(scrubbed).not.toContain('hunter22');
    expect(scrubbed).not.toContain('31415926');
    expect(scrubDeep(scrub, { n: 1, b: true, z: null, t: new Date(0) })).toEqual({
      n: 1,
      b: true,
      z: null,
      t: '1970-01-01T00:00:00.000Z',
    });
  });

  test('a value that holds itself ends', () => {
    const loop: Record<string, unknown> = { a: 1 };
    loop['self'] = loop;
    expect(scrubDeep((text) => text, loop)).toEqual({ a: 1, self: '(circular)' });
  });

  test('any value, any secret: its JSON never has it', () => {
    const canary = 'CANARY-7f3a9c';
    const scrub = makeScrubber([canary]);
    const leaf = fc.constantFrom(canary, `x${canary}y`, 'plain', 7, null, new Error(`bad ${canary}`));
    const values = fc.object({ key: fc.constantFrom('a', canary, 'b'), values: [leaf], maxDepth: 4 });
    fc.assert(fc.property(values, (value) => !JSON.stringify(scrubDeep(scrub, value))?.includes(canary)));
  });
});
