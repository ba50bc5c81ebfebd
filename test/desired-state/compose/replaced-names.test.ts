// Two files that name two containers under one service.

import { expect, test } from 'vitest';
import { project } from '../../support/containers.ts';

const service = (name: string) => `services: {web: {image: a, container_name: ${name}}}\n`;

test('a later file that gives a service another container name is told of', () => {
  const files = { 'a.yaml': service('one'), 'b.yaml': service('two') };
  expect(project(files, { files: ['a.yaml', 'b.yaml'] }).lines).toEqual([
    'b.yaml:1:44: warning: container_name two replaces one of a.yaml:1: two containers are named, and service web is one; where two are meant, give one of the services another name',
  ]);
});

test('the same name again, and a name taken over by extends, are not', () => {
  const files = { 'a.yaml': service('one'), 'b.yaml': service('one') };
  expect(project(files, { files: ['a.yaml', 'b.yaml'] }).lines).toEqual([]);
  const extending = {
    'a.yaml': service('one'),
    'b.yaml': 'services: {api: {extends: {file: a.yaml, service: web}, container_name: two}}\n',
  };
  expect(project(extending, { files: ['b.yaml'] }).lines).toEqual([]);
});
