// The hash of what a container is made from: what it depends on, and what it does not.

import { describe, expect, test } from 'vitest';
import { specHash } from '../../reconcilers/spec-hash.ts';
import { service } from '../support/make.ts';

describe('the spec hash', () => {
  test('stays the same for what no container can tell: positions, tiers, dependencies', () => {
    const web = service('web');
    expect(specHash({ ...web, tier: 'core', positions: { x: web.position }, labels: { a: 'b' } })).toBe(
      specHash(web),
    );
  });

  test('changes with the spec and with the content of copied files', () => {
    const web = service('web');
    const copied = (digest: string) =>
      service('web', { files: [{ path: '/s', digest, onChange: 'restart', copyTo: '/run/s' }] });
    expect(
      new Set([web, service('web', { container: { tty: true } }), copied('1'), copied('2')].map(specHash))
        .size,
    ).toBe(4);
  });
});
