// What a create call carries, by version of the API: newer engines are not at hand, so their form is checked as data.

import { describe, expect, test } from 'vitest';
import { createBody } from '../../../controller/docker/create-body.ts';
import type { ContainerSpec } from '../../../desired-state/container-spec.ts';
import type { StepArgs } from '../../../reconcilers/plan.ts';
import { emptySpec } from '../../support/rig.ts';

function bodyOf(
  spec: Partial<ContainerSpec>,
  apiVersion: string,
  more: Partial<StepArgs['createContainer']> = {},
) {
  const { body, later } = createBody(
    {
      name: 'web',
      spec: { ...emptySpec, ...spec },
      labels: {},
      networkNames: { front: 'shop_front', back: 'shop_back' },
      volumeNames: { data: 'shop_data' },
      mustExist: [],
      inheritVolumes: {},
      files: [],
      ...more,
    },
    { apiVersion, secrets: new Map(), image: 'web:1' },
  );
  // As it goes over the wire.
  return { body: JSON.parse(JSON.stringify(body)), later };
}

describe('several networks', () => {
  const spec: Partial<ContainerSpec> = {
    networks: { back: { aliases: ['web'] }, front: { priority: 10, ipv4Address: '10.0.0.9' } },
    macAddress: '02:42:ac:11:00:99',
  };
  const front = { IPAMConfig: { IPv4Address: '10.0.0.9' } };
  const back = { Aliases: ['web'] };

  test('before API 1.44: one at creation, by priority, the others after it; the MAC address is the container’s', () => {
    const { body, later } = bodyOf(spec, '1.43');
    expect(body).toMatchObject({
      MacAddress: '02:42:ac:11:00:99',
      HostConfig: { NetworkMode: 'shop_front' },
      NetworkingConfig: { EndpointsConfig: { shop_front: front } },
    });
    expect(later).toEqual([{ network: 'shop_back', endpoint: back }]);
  });

  test('from API 1.44 on: all at once, the MAC address on the first', () => {
    const { body, later } = bodyOf(spec, '1.44');
    expect(body.MacAddress).toBeUndefined();
    expect(body.NetworkingConfig.EndpointsConfig).toEqual({
      shop_front: { ...front, MacAddress: '02:42:ac:11:00:99' },
      shop_back: back,
    });
    expect(later).toEqual([]);
  });
});

describe('mounts', () => {
  const colon = { type: 'bind', source: '/a:b', target: '/c', createHostPath: true } as const;

  test('a host folder with a colon is made by newer engines only', () => {
    expect(bodyOf({ mounts: [colon] }, '1.44').body.HostConfig.Mounts).toEqual([
      { Type: 'bind', Source: '/a:b', Target: '/c', BindOptions: { CreateMountpoint: true } },
    ]);
    expect(() => bodyOf({ mounts: [colon] }, '1.41')).toThrow('cannot make such a host folder');
  });

  test('only a volume that must exist carries the mark of one made silently', () => {
    const mounts = [
      { type: 'volume', source: 'data', target: '/data' },
      { type: 'volume', source: 'cache', target: '/cache' },
      { type: 'volume', target: '/anonymous' },
    ] as const;
    const more = {
      mustExist: ['shop_data'],
      inheritVolumes: { '/anonymous': 'old1', '/of-the-image': 'old2' },
    };
    expect(bodyOf({ mounts }, '1.41', more).body.HostConfig.Mounts).toEqual([
      {
        Type: 'volume',
        Source: 'shop_data',
        Target: '/data',
        VolumeOptions: { Labels: { 'reeve.made-silently': 'true' } },
      },
      { Type: 'volume', Source: 'cache', Target: '/cache' },
      { Type: 'volume', Source: 'old1', Target: '/anonymous' },
      { Type: 'volume', Source: 'old2', Target: '/of-the-image' },
    ]);
  });
});

test('a start interval is sent to an engine that knows it, and refused in words for one that does not', () => {
  const healthcheck = { test: ['CMD', 'true'], startIntervalMs: 500 };
  expect(bodyOf({ healthcheck }, '1.44').body.Healthcheck).toEqual({
    Test: ['CMD', 'true'],
    StartInterval: 500_000_000,
  });
  expect(() => bodyOf({ healthcheck }, '1.41')).toThrow(
    'healthcheck.start_interval needs Docker 25 (API 1.44)',
  );
});

test('a secret that is not loaded is named, and no value is', () => {
  const environment = { PW: { secret: 'pg', digest: 'x' } };
  expect(() => bodyOf({ environment }, '1.41')).toThrow('the value of secret "pg" for PW is not loaded');
});
