// Where reeve asks an engine for something else than Compose v5, and why.

export interface Difference {
  /** Paths of test/compose/bodies.ts. */
  readonly at: readonly string[];
  readonly why: string;
}

const volumes = {
  at: ['host.Binds', 'host.Mounts'],
  why: 'a volume that was there must not be made anew in silence: the label on the mount tells, and only the long form has it',
};
const propagated = {
  at: ['host.Binds', 'host.Mounts'],
  why: 'the short form has the propagation too, and makes a missing folder on engines before API 1.42 as well',
};
const mac = (network: string): Difference => ({
  at: ['config.MacAddress', `networks.${network}.MacAddress`],
  why: 'before API 1.44 an engine heeds the container’s own address alone: Compose v5’s is lost',
});

/** By service of test/engine/parity. */
export const onPurpose: Readonly<Record<string, Difference>> = {
  named: volumes,
  all: volumes,
  nocopy: { at: ['host.Mounts'], why: volumes.why },
  binds: propagated,
  bindlong: propagated,
  mac: mac('recorded_default'),
  networkmac: mac('recorded_front'),
  from: {
    at: ['host.VolumesFrom'],
    why: 'Compose v5 loses `:ro` of a service (of `container:NAME` it keeps it); docker-compose 1.29 sends it, and so does reeve',
  },
};
