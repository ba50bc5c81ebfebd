// What is wrong in a platform's own files, and that it is gone with ours beside them: as the farm's list of findings says it.

import { randomBytes } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { type Finding, findingsOf } from '../../scripts/lib/farm/findings.ts';
import { findingsText } from '../../scripts/lib/farm/findings-text.ts';
import { ensureEngine } from '../support/engine.ts';
import { folderWith } from '../support/manifests.ts';

beforeAll(async () => {
  await ensureEngine();
});

test('what files have wrong is listed by kind, with what it is of, what mends it and how much is left', async () => {
  const files = folderWith({
    'docker-compose.yml': `
networks: {sutazai-network: {external: true, name: nobody-makes-${randomBytes(4).toString('hex')}}}
services:
  web: {build: ./nowhere, environment: {PASSWORD: $POSTGRES_PASSWORD, AGAIN: $POSTGRES_PASSWORD}}
  cadvisor: {image: 'gcr.io/cadvisor/cadvisor:latest', privileged: true, networks: [sutazai-network]}
`,
    'docker-compose.phase1.yml': `
services: {web: {image: 'python:3', container_name: web-agent}}
`,
  });
  const findings = await findingsOf(files);
  const told = ({ verb, kind, names, left }: Finding): unknown => [
    verb,
    kind,
    Object.fromEntries(names),
    left,
  ];
  expect(findings.map(told)).toEqual(
    expect.arrayContaining([
      ['validate', 'BuildContextMissing', { nowhere: 1 }, 0],
      ['validate', 'UnsetVariable', { POSTGRES_PASSWORD: 2 }, 0],
      ['plan', 'NetworkMissing', { 'Network/sutazai-network': 1, cadvisor: 1 }, 0],
      ['policy', 'privileged', { cadvisor: 1 }, 0],
      ['policy', 'latestTag', { cadvisor: 1 }, 1],
    ]),
  );
  const text = findingsText(findings);
  expect(text).toContain('**2 `UnsetVariable`**: POSTGRES_PASSWORD (2). Mended by `variables.env`');
  expect(text).toContain('**1 `latestTag`**: cadvisor. 1 with ours:');
});
