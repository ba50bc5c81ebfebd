// Where links lead: as the engine follows them, also to what is not there; and in a commit that is not yet in force.

import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { linksAtHome } from '../../desired-state/load-copy.ts';
import { realPath } from '../../desired-state/load-real-paths.ts';
import { folderWith } from '../support/manifests.ts';

test.each([
  ['/a/b', '/a/b'],
  ['/', '/'],
  ['/a/./b//c/../d/', '/a/b/d'],
  ['/absolute/x', '/etc/x'],
  ['/deep/relative/x', '/deep/there/x'],
  ['/deep/up', '/run/docker.sock'],
  ['/twice/x', '/etc/x'],
  // `..` goes up from where the link leads, not from where it lies.
  ['/deep/relative/../x', '/deep/x'],
  ['/twice/../x', '/x'],
  ['/circle/x', '/circle/x'],
])('%s leads to %s', (path, real) => {
  const links: Readonly<Record<string, string>> = {
    '/absolute': '/etc',
    '/deep/relative': './there',
    '/deep/up': '../../../run/docker.sock',
    '/twice': 'absolute',
    '/circle': 'circle',
  };
  expect(realPath(path, (at) => links[at])).toBe(real);
});

test('a link of a commit leads from where the commit will live, before what lies there now', () => {
  const folder = folderWith({ 'state/copies/c1/conf/a': '', 'disk/tree/data/a': '', 'disk/tree/old': '' });
  const root = join(folder, 'state/copies/c1');
  // What the commits live in may itself be reached by a link.
  const home = join(folder, 'state/tree');
  symlinkSync('../disk/tree', home);
  const tree = join(folder, 'disk/tree');
  symlinkSync('../outside', join(root, 'up'));
  symlinkSync('data', join(root, 'into-data'));
  symlinkSync('/etc', join(tree, 'data/etc'));
  symlinkSync('/etc', join(tree, 'now-a-folder'));
  mkdirSync(join(root, 'now-a-folder'));
  const links = linksAtHome({ root }, home);
  const real = (path: string): string => realPath(join(home, path), links).replace(folder, '');
  expect(real('conf')).toBe('/disk/tree/conf');
  expect(real('up/x')).toBe('/disk/outside/x');
  expect(real('into-data/etc')).toBe('/etc');
  expect(real('now-a-folder/x')).toBe('/disk/tree/now-a-folder/x');
});
