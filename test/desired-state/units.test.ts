import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration, formatSize, parseDuration, parseSize } from '../../desired-state/units.ts';

describe('durations', () => {
  test.each([
    ['10s', 10_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1_500],
    ['500ms', 500],
    ['250us', 0.25],
    ['250µs', 0.25],
    ['100ns', 0.0001],
    ['30d', 2_592_000_000],
    ['0', 0],
    ['0s', 0],
    ['.5s', 500],
  ])('%s is %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  test.each([
    '5',
    '',
    '-5s',
    '+5s',
    '30s garbage',
    '30 s',
    ' 30s',
    '1h 30m',
    's',
    '1.s.',
    '1e3s',
    '5S',
    '٣s',
    'NaN',
  ])('refuses %j', (text) => expect(parseDuration(text)).toBeUndefined());

  test('what is formatted reads back the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000_000 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });

  test('parts add up, in any order', () => {
    const part = fc.tuple(fc.integer({ min: 0, max: 999 }), fc.constantFrom('ms', 's', 'm', 'h'));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const text = parts.map(([n, unit]) => `${n}${unit}`).join('');
        const sum = parts.reduce(
          (total, [n, unit]) => total + (parseDuration(`${n}${unit}`) ?? Number.NaN),
          0,
        );
        expect(parseDuration(text)).toBe(sum);
      }),
    );
  });

  test('nothing that does not end in a unit is a duration', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/[smhdw]$/.test(text) && text !== '0');
        expect(parseDuration(text)).toBeUndefined();
      }),
    );
  });
});

describe('sizes', () => {
  test.each([
    ['512m', 536_870_912],
    ['64mb', 67_108_864],
    ['64MiB', 67_108_864],
    ['1g', 1_073_741_824],
    ['1.5g', 1_610_612_736],
    ['100k', 102_400],
    ['10b', 10],
    ['1024', 1_024],
    ['2 gb', 2_147_483_648],
    ['1t', 1_099_511_627_776],
  ])('%s is %d bytes', (text, bytes) => expect(parseSize(text)).toBe(bytes));

  test.each([
    '',
    'm',
    '-1',
    '1.5',
    '1.5b',
    '10ib',
    '5x',
    '512m garbage',
    '1e3',
    '1,5g',
    ' 1g',
    '99999999t',
    '٣m',
  ])('refuses %j', (text) => expect(parseSize(text)).toBeUndefined());

  test('what is formatted reads back the same', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (bytes) => {
        expect(parseSize(formatSize(bytes))).toBe(bytes);
      }),
    );
  });
});
