// Two files of one project: where mistakes are told and whose place a value keeps. The rules themselves are in test/compose.

import { expect, test } from 'vitest';
import { project } from '../../support/containers.ts';

test('every value keeps the place of the file it came from', () => {
  const { container } = project(
    {
      'compose.yaml': 'services:\n  a:\n    image: i\n    environment:\n      A: 1\n      B: 1\n',
      'over.yaml': '# note\nservices:\n  a:\n    environment:\n      - B=2\n    mem_limit: 64m\n',
    },
    { files: ['compose.yaml', 'over.yaml'] },
  );
  const { positions } = container('a');
  const place = (field: string): string => {
    const { file, line, column } = positions[field] ?? { file: '', line: 0, column: 0 };
    return `${file}:${line}:${column}`;
  };
  expect(place('image')).toBe('compose.yaml:3:12');
  expect(place('environment.A')).toBe('compose.yaml:5:10');
  expect(place('environment.B')).toBe('over.yaml:5:9');
  expect(place('resources.memory')).toBe('over.yaml:6:16');
});

test('what cannot be merged is told at the later file, naming the earlier', () => {
  const { lines } = project(
    {
      'compose.yaml': 'services: {a: {image: i, security_opt: [x]}}',
      'over.yaml': 'services:\n  a:\n    security_opt: {x: y}\n',
    },
    { files: ['compose.yaml', 'over.yaml'] },
  );
  expect(lines[0]).toBe(
    'over.yaml:3:19: services.a.security_opt: a map cannot be merged with the list of compose.yaml:1; write it alike, or with !override',
  );
});

test('an item that comes twice in one list is told; the later stands', () => {
  const { lines, services } = project({
    'compose.yaml': 'services:\n  a:\n    image: i\n    volumes:\n      - ./a:/x\n      - ./b:/x\n',
  });
  expect(lines).toEqual([
    'compose.yaml:6:9: warning: /x comes twice in this list: this one stands, that of line 5 is left out',
  ]);
  expect(services['a']).toMatchObject({ volumes: [{ source: './b', target: '/x' }] });
});
