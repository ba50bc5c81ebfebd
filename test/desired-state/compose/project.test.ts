// A project: its name, its variables, its profiles, and the mistakes of its top level.

import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { project } from '../../support/containers.ts';

const web = 'services: {web: {image: w}}\n';

describe('the name', () => {
  const env = { COMPOSE_PROJECT_NAME: 'shell' };
  test.each([
    ['-p goes first', { 'compose.yaml': `name: file\n${web}` }, { name: 'given', env }, 'given'],
    ['then the shell', { 'compose.yaml': `name: file\n${web}` }, { env }, 'shell'],
    ['then .env', { 'compose.yaml': `name: file\n${web}`, '.env': 'COMPOSE_PROJECT_NAME=dot\n' }, {}, 'dot'],
    ['then the file', { 'compose.yaml': `name: file\n${web}` }, {}, 'file'],
    ['with variables', { 'compose.yaml': `name: "x\${Y:-z}"\n${web}` }, {}, 'xz'],
    [
      'of several files the last',
      { 'compose.yaml': `name: a\n${web}`, 'o.yaml': 'name: b\nservices: {}\n' },
      { files: ['compose.yaml', 'o.yaml'] },
      'b',
    ],
    ['made fit', { 'compose.yaml': `name: _My.App 1\n${web}` }, {}, 'myapp1'],
  ])('%s', (_what, files: Record<string, string>, options, name) => {
    expect(project(files, options)).toMatchObject({ name, lines: [] });
  });

  test('last, the folder', () => {
    const { name, folder } = project({ 'compose.yaml': web });
    expect(name).toBe(basename(folder).toLowerCase());
  });

  test('one that was said must be fit', () => {
    const { lines } = project({ 'compose.yaml': web }, { name: 'My App' });
    expect(lines).toEqual([
      'compose.yaml:1:1: bad project name "My App", expected lower case letters, digits, "-" and "_", the first a letter or digit; did you mean "myapp"?',
    ]);
  });

  test('is a variable of the files', () => {
    const { services } = project({
      'compose.yaml': `name: shop\nservices: {web: {image: w, hostname: "\${COMPOSE_PROJECT_NAME}-1", environment: [COMPOSE_PROJECT_NAME]}}`,
    });
    expect(services['web']).toMatchObject({
      hostname: 'shop-1',
      environment: ['COMPOSE_PROJECT_NAME=shop'],
    });
  });
});

describe('variables', () => {
  test('the shell goes before .env, and what was asked for is known', () => {
    const { services, loaded, folder } = project(
      {
        'compose.yaml': `services: {web: {image: "w:\${TAG}", hostname: "\${HOST}", user: "\${NONE:-me}"}}`,
        '.env': 'TAG=dot\nHOST=dot\nUNUSED=x\n',
      },
      { env: { TAG: 'shell' } },
    );
    expect(services['web']).toEqual({ image: 'w:shell', hostname: 'dot', user: 'me' });
    expect(loaded.reads).toEqual(expect.arrayContaining(['TAG', 'HOST', 'NONE', 'COMPOSE_PROFILES']));
    expect(loaded.reads).not.toContain('UNUSED');
    expect(loaded.files).toEqual([`${folder}/.env`, `${folder}/compose.yaml`]);
  });

  test('a mistake in .env is told there', () => {
    const { lines } = project({ 'compose.yaml': web, '.env': 'A=1\nB "x\n' });
    expect(lines[0]).toMatch(/^\.env:2:1: /);
  });
});

describe('profiles', () => {
  const files = {
    'compose.yaml': `services:
  web: {image: w}
  debug: {image: d, profiles: [debug, dev]}
  ops: {image: o, profiles: [ops]}
`,
  };
  test.each([
    ['', ['web']],
    ['debug', ['web', 'debug']],
    ['dev, ops', ['web', 'debug', 'ops']],
    ['*', ['web', 'debug', 'ops']],
  ])('COMPOSE_PROFILES=%j', (profiles, names) => {
    expect(Object.keys(project(files, { env: { COMPOSE_PROFILES: profiles } }).services)).toEqual(names);
  });

  test.each([
    ['depends_on: [db]', '2:32'],
    ['depends_on: {db: {condition: service_started}}', '2:36'],
    ['network_mode: service:db', '2:33'],
    ['links: [db]', '2:27'],
  ])('a service that is left out and needed: %s', (field, place) => {
    const { lines } = project({
      'compose.yaml': `services:\n  web: {image: w, ${field}}\n  db: {image: d, profiles: [data]}\n`,
    });
    expect(lines).toEqual([
      `compose.yaml:${place}: service web needs db, which takes part only with profile data; set COMPOSE_PROFILES=data, or required: false`,
    ]);
  });

  test('can be done without where required is false', () => {
    const { lines } = project({
      'compose.yaml': `services:
  web: {image: w, depends_on: {db: {condition: service_started, required: false}}}
  db: {image: d, profiles: [data]}
`,
    });
    expect(lines).toEqual([]);
  });
});

describe('anchors and extensions', () => {
  test('x- keys are nobody’s business, x-reeve stays', () => {
    const { services, lines } = project({
      'compose.yaml': `x-base: &base {image: b, x-note: 1, environment: {x-b: 1}}
services:
  web:
    <<: *base
    x-reeve: {tier: core}
    environment: {x-b: 2}
    deploy: {x-d: 1, resources: {x-r: 2}}
networks: {n: {x-n: 1}}
`,
    });
    expect(lines).toEqual([]);
    expect(services).toEqual({
      web: {
        image: 'b',
        'x-note': 1,
        'x-reeve': { tier: 'core' },
        environment: { 'x-b': 2 },
        deploy: { 'x-d': 1, resources: { 'x-r': 2 } },
      },
    });
  });
});

describe('mistakes', () => {
  test.each([
    ['version: "3.8"\n', 'compose.yaml:1:1: warning: version is obsolete and ignored; take it away'],
    ['servces: {}\n', 'compose.yaml:1:1: unknown key "servces" in Compose file; did you mean "services"?'],
    [
      'models: {m: {model: x}}\n',
      'compose.yaml:1:1: warning: models is not acted on yet; declare a kind: Model',
    ],
    ['networks: [a]\n', 'compose.yaml:1:11: networks: expected a map, got a list'],
    [
      'networks: {n: {drivr: x}}\n',
      'compose.yaml:1:16: unknown key "drivr" in network n; did you mean "driver"?',
    ],
    [
      'volumes: {v: {external: true, driver: x}}\n',
      'compose.yaml:1:31: volume v: external and driver exclude each other, expected one of the two; what is external is made by others',
    ],
    ['secrets: {s: {}}\n', 'compose.yaml:1:14: secret s: no content, expected one of file, environment'],
    [
      'configs: {c: {file: a, content: b}}\n',
      'compose.yaml:1:24: config c: file and content exclude each other, expected one of the two',
    ],
    [
      'volumes: {"a b": }\n',
      'compose.yaml:1:11: bad volume name "a b", expected letters, digits, ".", "_" and "-"',
    ],
    ['secrets: {s: }\n', 'compose.yaml:1:14: secret s: expected a map, got nothing'],
  ])('%j', (top, line) => {
    const { lines, services } = project({ 'compose.yaml': `${top}${web}` });
    expect(lines).toEqual([line]);
    // The rest is read all the same.
    expect(Object.keys(services)).toEqual(['web']);
  });

  test.each([
    ['services: {web: 5}\n', 'compose.yaml:1:17: service web: expected a map'],
    ['- a\n', 'compose.yaml:1:1: expected a Compose file: a map with services'],
    [
      'services:\n  web: {image: w, imge: x}\n',
      'compose.yaml:2:19: unknown key "imge" in service web; did you mean "image"?',
    ],
    [
      'services:\n  web: {image: w, ports: 80}\n',
      'compose.yaml:2:26: ports: expected a list, got a whole number',
    ],
    [
      'services:\n  web: {image: w, depends_on: {db: {condition: service_helthy}}}\n',
      'compose.yaml:2:48: condition: expected "service_started", "service_healthy" or "service_completed_successfully"; did you mean "service_healthy"?',
    ],
    [
      'services:\n  web: {image: "w:${TAG:?say which}"}\n',
      'compose.yaml:2:16: required variable TAG is missing a value: say which; set TAG in the shell or in .env',
    ],
  ])('%j', (text, line) => expect(project({ 'compose.yaml': text }).lines).toContain(line));
});

describe('what reeve does not do', () => {
  test('a provided service is told, left out, and nobody waits for it', () => {
    const { lines, services, loaded } = project({
      'compose.yaml':
        'services:\n  db:\n    provider: {type: cloud}\n  web: {image: w, depends_on: [db, other]}\n  other: {image: o}\n',
    });
    expect(lines).toEqual([
      'compose.yaml:3:5: warning: provider is not acted on: service db is left out; start what it provides yourself, or declare it as a service with an image',
    ]);
    expect(Object.keys(services)).toEqual(['web', 'other']);
    expect(services['web']).toMatchObject({ depends_on: { other: { required: true } } });
    // Compose's own shape has it all the same.
    expect(loaded.canonical).toMatchObject({ services: { db: { provider: { type: 'cloud' } } } });
  });

  test.each([
    ['include: [git@example.org:a/b.git]\nservices: {a: {image: i}}\n', 'compose.yaml:1:11'],
    ['services: {a: {extends: {file: "https://example.org/c.yaml", service: b}}}\n', 'compose.yaml:1:32'],
  ])('a file elsewhere is not fetched: %j', (text, place) => {
    const [line] = project({ 'compose.yaml': text }).lines;
    expect(line).toContain(`${place}: `);
    expect(line).toContain(
      'files elsewhere are not fetched, expected a file on this machine; fetch it first',
    );
  });
});
