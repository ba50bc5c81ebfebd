// The engine is found in the order of Docker's own CLI, from options, environment and the files of contexts.

import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { locateEngine } from '../../../controller/docker/locate.ts';

const certificates = (folder: string) => ({
  [`${folder}/ca.pem`]: 'CA',
  [`${folder}/cert.pem`]: 'CERT',
  [`${folder}/key.pem`]: 'KEY',
});

function context(config: string, name: string, host: string, more: object = {}): Record<string, string> {
  const digest = createHash('sha256').update(name).digest('hex');
  return {
    [`${config}/contexts/meta/${digest}/meta.json`]: JSON.stringify({
      Name: name,
      Endpoints: { docker: { Host: host, ...more } },
    }),
  };
}

function locate(
  env: Record<string, string>,
  files: Record<string, string> = {},
  host?: string,
): ReturnType<typeof locateEngine> {
  return locateEngine({
    env: { HOME: '/home/ann', ...env },
    readFile: (path) => files[path],
    ...(host === undefined ? {} : { host }),
  });
}

const home = '/home/ann/.docker';
const contexts = {
  ...context(home, 'far', 'ssh://ann@far:2222'),
  ...context(home, 'tls', 'tcp://secure:2376'),
  ...certificates(`${home}/contexts/tls/${createHash('sha256').update('tls').digest('hex')}/docker`),
  [`${home}/config.json`]: JSON.stringify({ currentContext: 'far' }),
};

describe('which one is meant', () => {
  test.each<[string, Record<string, string>, Record<string, string>, string | undefined, string]>([
    ['nothing said: the default socket', {}, {}, undefined, 'unix:///var/run/docker.sock'],
    [
      'DOCKER_HOST',
      { DOCKER_HOST: 'unix:///run/user/1/docker.sock' },
      {},
      undefined,
      'unix:///run/user/1/docker.sock',
    ],
    ['--host before DOCKER_HOST', { DOCKER_HOST: 'unix:///a' }, {}, 'unix:///b', 'unix:///b'],
    [
      'DOCKER_HOST before DOCKER_CONTEXT',
      { DOCKER_HOST: 'unix:///a', DOCKER_CONTEXT: 'far' },
      contexts,
      undefined,
      'unix:///a',
    ],
    [
      'DOCKER_CONTEXT before currentContext',
      { DOCKER_CONTEXT: 'tls' },
      contexts,
      undefined,
      'tcp://secure:2376',
    ],
    ['currentContext of config.json', {}, contexts, undefined, 'ssh://ann@far:2222'],
    [
      'the context "default" is the default socket',
      { DOCKER_CONTEXT: 'default' },
      contexts,
      undefined,
      'unix:///var/run/docker.sock',
    ],
    [
      'DOCKER_CONFIG names the folder',
      { DOCKER_CONFIG: '/etc/d', DOCKER_CONTEXT: 'x' },
      context('/etc/d', 'x', 'unix:///x'),
      undefined,
      'unix:///x',
    ],
    [
      'an empty config.json is none',
      {},
      { [`${home}/config.json`]: '' },
      undefined,
      'unix:///var/run/docker.sock',
    ],
  ])('%s', (_, env, files, host, found) => {
    expect(locate(env, files, host).host).toBe(found);
  });
});

describe('what an address says', () => {
  test('ssh with user, port and a socket on the far side', () => {
    expect(locate({}, {}, 'ssh://ann@far:2222/run/docker.sock')).toEqual({
      scheme: 'ssh',
      host: 'ssh://ann@far:2222/run/docker.sock',
      hostname: 'far',
      user: 'ann',
      port: 2222,
      remoteSocket: '/run/docker.sock',
    });
  });

  test('tcp without a port has that of Docker, with TLS the other one', () => {
    expect(locate({}, {}, 'tcp://host')).toMatchObject({ hostname: 'host', port: 2375 });
    expect(locate({}, {}, 'tcp://[::1]:99')).toMatchObject({ hostname: '::1', port: 99 });
    const env = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' };
    expect(locate(env, certificates('/certs'), 'tcp://host')).toMatchObject({
      port: 2376,
      tls: { ca: 'CA', cert: 'CERT', key: 'KEY' },
    });
  });

  test('TLS files of a context are its own, and DOCKER_TLS_VERIFY alone takes the configuration folder', () => {
    expect(locate({ DOCKER_CONTEXT: 'tls' }, contexts)).toMatchObject({ tls: { ca: 'CA', cert: 'CERT' } });
    const env = { DOCKER_TLS_VERIFY: '1', DOCKER_HOST: 'tcp://host:1' };
    expect(locate(env, certificates(home))).toMatchObject({ tls: { ca: 'CA' } });
  });
});

describe('what cannot be used is said, with what to do', () => {
  test.each<[Record<string, string>, Record<string, string>, string]>([
    [{ DOCKER_HOST: 'npipe:////./pipe/docker_engine' }, {}, 'named pipes are of Windows'],
    [{ DOCKER_HOST: 'localhost:2375' }, {}, 'DOCKER_HOST is "localhost:2375": unknown kind of address'],
    [{ DOCKER_HOST: 'tcp://' }, {}, 'DOCKER_HOST is "tcp://"'],
    [{ DOCKER_HOST: 'ssh://ann:secret@far' }, {}, 'a password in the address is not used'],
    [{ DOCKER_HOST: 'tcp://host:1/sub' }, {}, 'a path behind the port is not supported'],
    [{ DOCKER_CONTEXT: 'absent' }, {}, 'Docker context "absent" does not exist'],
    [{}, { [`${home}/config.json`]: '{oops' }, `${home}/config.json: not JSON`],
    [{ DOCKER_HOST: 'tcp://h:1', DOCKER_TLS_VERIFY: '1' }, {}, `${home}/ca.pem cannot be read`],
    [
      { DOCKER_HOST: 'tcp://h:1', DOCKER_TLS_VERIFY: '1' },
      { [`${home}/ca.pem`]: 'CA', [`${home}/key.pem`]: 'K' },
      'only one of cert.pem and key.pem',
    ],
    [{ DOCKER_HOST: 'tcp://h:1', DOCKER_TLS: '1' }, {}, 'without verifying'],
    [
      { DOCKER_CONTEXT: 'skip' },
      context(home, 'skip', 'tcp://h:1', { SkipTLSVerify: true }),
      'without verifying',
    ],
  ])('%j', (env, files, words) => {
    expect(() => locate(env, files)).toThrow(words);
    expect(() => locate(env, files)).toThrow(expect.objectContaining({ status: 64 }));
  });

  test('a password in an address is not repeated', () => {
    expect(() => locate({ DOCKER_HOST: 'ssh://ann:secret@far' })).not.toThrow(/ann:secret/);
  });
});
