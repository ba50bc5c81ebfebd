// A canary's error rate: what is read of its counters, and from when on it is too much.

import { describe, expect, test } from 'vitest';
import { readCounter, tooManyErrors } from '../../../reconcilers/rollout/error-rate.ts';

const text = `# HELP http_requests_total All.
# TYPE http_requests_total counter
http_requests_total{code="200",path="/a b"} 95 1795521600000
http_requests_total{path="/",code="500"} 3
http_requests_total{code="503"} 2.0
http_requests_totals 7
up 1
bad NaN
`;

describe('a counter', () => {
  test.each([
    ['http_requests_total', 100],
    ['http_requests_total{code="500"}', 3],
    ['http_requests_total{code="200",path="/a b"}', 95],
    ['http_requests_total{code="404"}', undefined],
    ['up', 1],
    ['bad', undefined],
    ['down', undefined],
  ])('of Prometheus’ text: %s', (name, value) => {
    expect(readCounter(text, name)).toBe(value);
  });

  test.each([
    ['stats.errors', 4],
    ['calls', 80],
    ['stats', undefined],
    ['stats.none', undefined],
    ['text', undefined],
  ])('in JSON: %s', (name, value) => {
    expect(readCounter('{"stats": {"errors": 4}, "calls": 80, "text": "5"}', name)).toBe(value);
  });

  test('of what is neither is not there; of JSON that breaks off it says so', () => {
    expect(readCounter('<html>', 'calls')).toBeUndefined();
    expect(() => readCounter('{"calls": ', 'calls')).toThrow(/JSON/);
  });
});

test('more than the share that may fails; as much, or no calls at all, does not', () => {
  const calls = {
    'Service/a': { all: 100, failed: 6 },
    'Service/b': { all: 100, failed: 5 },
    'Service/c': { all: 0, failed: 0 },
    'Service/d': { unread: 'no answer' },
  };
  expect(tooManyErrors(calls, 5)).toEqual({
    'Service/a': '6 of its 100 calls failed (6%), more than the 5% that may',
    'Service/d': 'its error rate is not known: no answer',
  });
});
