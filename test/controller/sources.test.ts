// What a session keeps of its manifests while files change under it.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { platformRenamed, Sources } from '../../controller/sources.ts';
import { digest, folderWith } from '../support/manifests.ts';

const good = `apiVersion: reeve/v1
kind: Platform
metadata: {name: shop}
---
apiVersion: reeve/v1
kind: Service
metadata: {name: web}
spec: {image: app:1}
`;

test('manifests cut short are not taken for those of another platform, until they are whole again', async () => {
  const cwd = folderWith({ 'reeve.yaml': good });
  const file = join(cwd, 'reeve.yaml');
  const sources = new Sources({ paths: ['reeve.yaml'], cwd, env: {}, digest });
  await sources.mustLoad();
  writeFileSync(file, good.replace('shop', 'store'));
  expect(await sources.load()).toBeUndefined();
  expect(sources.good?.revision.platform).toBe('shop');
  expect(sources.wrong[0]).toMatchObject({ code: platformRenamed, file });
  expect(sources.wrongWords).toContain('in place of shop');
  writeFileSync(file, '');
  expect(await sources.load()).toBeUndefined();
  expect(sources.good?.revision.platform).toBe('shop');
  expect(sources.wrong[0]).toMatchObject({ code: 'EmptyFile' });
  writeFileSync(file, good.replace('app:1', 'app:2'));
  expect((await sources.load())?.revision.platform).toBe('shop');
  expect(sources.wrong).toEqual([]);
});
