// The engine's own words, of 20.10 up to 29, and what reeve makes of them.

import { expect, test } from 'vitest';
import { isUncertain, refusedError } from '../../../controller/docker/errors.ts';

test.each([
  [
    409,
    'Conflict. The container name "/web" is already in use by container "4f". You have to remove (or rename) that container to be able to reuse that name.',
    'NameTaken',
  ],
  [
    500,
    'driver failed programming external connectivity on endpoint web (4f): Bind for 0.0.0.0:8080 failed: port is already allocated',
    'PortTaken',
    'host port 8080 is taken',
  ],
  [
    500,
    'failed to set up container networking: driver failed programming external connectivity on endpoint web (4f): Bind for :::8443 failed: port is already allocated',
    'PortTaken',
    'host port 8443 is taken',
  ],
  [
    500,
    'driver failed programming external connectivity on endpoint web (4f): Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use',
    'PortTaken',
    'host port 80 is taken',
  ],
  [
    500,
    'failed to bind host port for 0.0.0.0:5432:172.17.0.2:5432/tcp: address already in use',
    'PortTaken',
    'host port 5432 is taken',
  ],
  [403, 'Address already in use', 'AddressTaken'],
  [404, 'No such image: postgres:15', 'ImageMissing'],
  [
    404,
    "pull access denied for nope, repository does not exist or may require 'docker login'",
    'ImageMissing',
  ],
  [404, 'manifest for postgres:99 not found: manifest unknown: manifest unknown', 'ImageMissing'],
  [404, 'No such container: 4f', 'ContainerMissing'],
  [404, 'network shop_backend not found', 'NetworkMissing'],
  [400, 'invalid mount config for type "bind": bind source path does not exist: /data', 'MountMissing'],
  [
    400,
    'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "nope": executable file not found in $PATH: unknown',
    'CommandNotFound',
  ],
  [
    400,
    'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "/x": permission denied: unknown',
    'CommandNotFound',
  ],
  [
    500,
    'failed to create shim task: OCI runtime create failed: runc create failed: unable to apply caps',
    'StartFailed',
  ],
  [500, 'write /var/lib/docker/x: no space left on device', 'NoSpace'],
  [409, 'remove data: volume is in use - [4f]', 'VolumeInUse'],
  [403, 'error while removing network: network shop id 4f has active endpoints', 'NetworkInUse'],
  [500, 'something new', 'EngineRefused', 'act: something new'],
  [503, '', 'EngineRefused', 'act: HTTP status 503'],
])('%i %s', (code, words, reason, text = '') => {
  const error = refusedError('act', code, words);
  expect(error).toMatchObject({ code, reason, retryable: code >= 500 });
  expect(error.message).toContain(text);
});

test('only a 500 of unknown words is worth a second look: the others say that nothing was done', () => {
  expect(isUncertain(refusedError('act', 500, 'context deadline exceeded'))).toBe(true);
  expect(isUncertain(refusedError('act', 500, 'Bind for 0.0.0.0:1 failed: port is already allocated'))).toBe(
    false,
  );
  expect(isUncertain(refusedError('act', 409, 'something new'))).toBe(false);
});

test('a port that is taken is told without the inside of the engine', () => {
  const words =
    'driver failed programming external connectivity on endpoint web (4f): Error starting userland proxy: listen tcp4 127.0.0.1:8088: bind: address already in use';
  expect(refusedError('start container web', 500, words).message).toBe(
    'start container web: host port 8088 is taken: listen tcp4 127.0.0.1:8088: bind: address already in use',
  );
});
