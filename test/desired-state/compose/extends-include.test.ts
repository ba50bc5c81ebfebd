// Services that take over others, and projects that bring in others: own paths, own variables, circles.

import { describe, expect, test } from 'vitest';
import { toPlain } from '../../../desired-state/tree.ts';
import { project } from '../../support/containers.ts';

describe('extends', () => {
  test('a service of the same file, by name or long, over a chain', () => {
    const { services, lines } = project({
      'compose.yaml': `
services:
  a: {image: i, environment: {A: a, B: a, C: a}, ports: ["80"]}
  b: {extends: a, environment: {B: b, C: b}}
  c: {extends: {service: b}, environment: [C=c], ports: !reset []}
`,
    });
    expect(lines).toEqual([]);
    expect(services['c']).toEqual({ image: 'i', environment: ['A=a', 'B=b', 'C=c'] });
    expect(services['b']).toMatchObject({ image: 'i', environment: ['A=a', 'B=b', 'C=b'] });
  });

  test('a service of another file brings its own neighbours', () => {
    const { container, folder, lines, loaded } = project({
      'compose.yaml':
        'services: {web: {extends: {file: base/common.yaml, service: app}, volumes: ["./own:/own"]}}\nvolumes: {data: }',
      'base/common.yaml':
        'services:\n  app: {extends: {file: deeper/root.yaml, service: root}, env_file: app.env, volumes: ["./conf:/conf:ro", "data:/d", {type: bind, source: ../up, target: /up}]}\n',
      'base/deeper/root.yaml': 'services: {root: {image: r, env_file: [{path: root.env}]}}',
      'base/app.env': 'A=app\n',
      'base/deeper/root.env': 'A=root\nR=root\n',
    });
    expect(lines).toEqual([]);
    const { container: spec, bindFiles } = container('web');
    expect(spec.image).toBe('r');
    expect(spec.environment).toEqual({ A: 'app', R: 'root' });
    expect(spec.mounts.map(({ source }) => source?.replace(folder, ''))).toEqual([
      '/base/conf',
      'data',
      '/up',
      '/own',
    ]);
    expect(bindFiles.map(({ target }) => target)).toEqual(['/conf', '/up', '/own']);
    expect(loaded.files.map((file) => file.replace(folder, ''))).toEqual([
      '/.env',
      '/compose.yaml',
      '/base/common.yaml',
      '/base/deeper/root.yaml',
      '/base/deeper/root.env',
      '/base/app.env',
    ]);
  });

  test('what a base resets in its own file does not reach the one that extends it', () => {
    const { services } = project({
      'compose.yaml': 'services: {a: {image: i, ports: !reset ["80"]}, b: {extends: a, ports: ["81"]}}',
    });
    expect(services['b']).toMatchObject({ image: 'i', ports: [{ target: 81 }] });
  });

  test.each([
    [
      'a circle',
      'services:\n  a: {image: i, extends: b}\n  b: {image: i, extends: a}\n',
      'compose.yaml:2:26: extends goes in a circle: a (compose.yaml) → b (compose.yaml) → a (compose.yaml)',
    ],
    [
      'itself',
      'services:\n  a: {image: i, extends: a}\n',
      'compose.yaml:2:26: extends goes in a circle: a (compose.yaml) → a (compose.yaml)',
    ],
    [
      'a name that is not there',
      'services:\n  backend: {image: i}\n  web: {image: i, extends: backnd}\n',
      'compose.yaml:3:28: extends: no service "backnd" in compose.yaml; did you mean "backend"?',
    ],
    [
      'a name that is not in the other file',
      'services:\n  a: {image: i, extends: {file: other.yaml, service: common}}\n',
      'compose.yaml:2:54: extends: no service "common" in other.yaml; did you mean "commons"?',
    ],
    [
      'a file that is not there',
      'services:\n  a: {image: i, extends: {file: none.yaml, service: b}}\n',
      'compose.yaml:2:33: none.yaml: file not found',
    ],
    [
      'no name',
      'services:\n  a: {image: i, extends: {file: other.yaml}}\n',
      'compose.yaml:2:26: extends: expected the name of a service, or service: with it',
    ],
    [
      'a circle over files',
      'services:\n  a: {image: i, extends: {file: back.yaml, service: x}}\n',
      'compose.yaml:2:53: extends goes in a circle: a (compose.yaml) → x (back.yaml) → a (compose.yaml)',
    ],
  ])('%s', (_what, compose, line) => {
    const { lines } = project({
      'compose.yaml': compose,
      'other.yaml': 'services: {commons: {image: i}}',
      'back.yaml': 'services: {x: {extends: {file: compose.yaml, service: a}}}',
    });
    expect(lines).toContain(line);
  });
});

describe('include', () => {
  test('another project with its folder and its .env; the including file on top', () => {
    const { container, folder, services, loaded, lines } = project({
      'compose.yaml':
        'include: [sub/compose.yaml]\nservices:\n  web: {image: w}\n  db: {environment: {OVER: main}}\nvolumes: {v: }\n',
      '.env': 'MAIN=main\n',
      'sub/compose.yaml': `services:
  db:
    image: "db:\${TAG}"
    environment: [ONLY_SUB, MAIN, OVER=sub]
    volumes: ["./data:/d", "sv:/s"]
    secrets: [s]
volumes: {sv: }
networks: {n: }
secrets: {s: {file: ./secret.txt}}
`,
      'sub/.env': 'TAG=7\nONLY_SUB=sub\nMAIN=sub\n',
    });
    expect(lines).toEqual([]);
    expect(services['web']).toEqual({ image: 'w' });
    const { container: db } = container('db');
    expect(db.image).toBe('db:7');
    expect(db.environment).toEqual({ ONLY_SUB: 'sub', MAIN: 'main', OVER: 'main' });
    expect(db.mounts.map(({ source }) => source)).toEqual([`${folder}/sub/data`, 'sv']);
    expect([...loaded.volumes.keys()].sort()).toEqual(['sv', 'v']);
    expect([...loaded.networks.keys()]).toEqual(['n']);
    const secret = loaded.secrets.get('s');
    expect(secret && toPlain(secret)).toEqual({ file: './sub/secret.txt' });
  });

  test('the long form: several files, a project folder, env files', () => {
    const { container, folder, lines } = project({
      'compose.yaml':
        'include:\n  - path: [sub/a.yaml, sub/b.yaml]\n    project_directory: other\n    env_file: vars.env\nservices: {w: {image: w}}\n',
      'vars.env': 'TAG=9\n',
      'sub/a.yaml': `services:\n  a:\n    image: "a:\${TAG}"\n    volumes: ["./x:/x"]\n`,
      'sub/b.yaml': 'services: {a: {hostname: b}}',
    });
    expect(lines).toEqual([]);
    const { container: a } = container('a');
    expect([a.image, a.hostname]).toEqual(['a:9', 'b']);
    expect(a.mounts[0]?.source).toBe(`${folder}/other/x`);
  });

  test('of two includes the first goes on top, and one may include others', () => {
    const { services, lines } = project({
      'compose.yaml': 'include: [a.yaml, b.yaml]\nservices: {w: {image: w, extends: x}}\n',
      'a.yaml': 'include: [c.yaml]\nservices: {x: {image: a}}',
      'b.yaml': 'services: {x: {image: b, hostname: b}}',
      'c.yaml': 'services: {y: {image: c}}',
    });
    expect(lines).toEqual([]);
    expect(services).toEqual({
      x: { image: 'a', hostname: 'b' },
      y: { image: 'c' },
      w: { image: 'w', hostname: 'b' },
    });
  });

  test.each([
    [
      'a circle',
      'include: [b.yaml]\n',
      'b.yaml:1:11: include goes in a circle: compose.yaml → b.yaml → compose.yaml',
    ],
    [
      'itself',
      'include:\n  - compose.yaml\n',
      'compose.yaml:2:5: include goes in a circle: compose.yaml → compose.yaml',
    ],
    ['a file that is not there', 'include:\n  - none.yaml\n', 'compose.yaml:2:5: none.yaml: file not found'],
    [
      'an env file that is not there',
      'include: [{path: c.yaml, env_file: none.env}]\n',
      'compose.yaml:1:36: none.env: file not found',
    ],
  ])('%s', (_what, compose, line) => {
    const { lines } = project({
      'compose.yaml': `${compose}services: {w: {image: w}}\n`,
      'b.yaml': 'include: [compose.yaml]\nservices: {}',
      'c.yaml': 'services: {c: {image: c}}',
    });
    expect(lines).toContain(line);
  });
});
