// What reeve would ask an engine for, to bring a project up: its plan's creates as bodies, without an engine.

import { networkBody } from '../../controller/docker/acts/networks.ts';
import { volumeBody } from '../../controller/docker/acts/volumes.ts';
import { createBody } from '../../controller/docker/create-body.ts';
import type { Loaded } from '../../desired-state/load-types.ts';
import { noFacts } from '../../reconcilers/facts.ts';
import { plan } from '../../reconcilers/planner.ts';
import { type Comparable, comparable, comparablePart } from './bodies.ts';
import type { Fields } from './calls.ts';

export interface Asked {
  /** By container name. */
  readonly containers: ReadonlyMap<string, Comparable>;
  /** Networks and volumes, by name. */
  readonly parts: ReadonlyMap<string, Fields>;
}

export function askedByReeve({ revision, secrets }: Loaded, apiVersion: string): Asked {
  const images = revision.resources.flatMap((r) => ('container' in r ? [r.container.image] : []));
  const { steps } = plan({
    revision,
    observed: {
      at: 0,
      host: { cpus: 64, memoryBytes: 2 ** 40, apiVersion },
      containers: [],
      networks: [],
      volumes: [],
      images: Object.fromEntries(images.map((image) => [image, image])),
      modelServers: {},
      probes: {},
    },
    facts: noFacts,
    now: 0,
    mode: 'apply',
    busy: new Set(),
    names: [],
    allowDelete: false,
  });
  const containers = new Map<string, Comparable>();
  for (const step of steps) {
    if (step.op !== 'createContainer') continue;
    const image = step.args.spec.image;
    const { body, later } = createBody(step.args, { apiVersion, secrets, image });
    // As it goes over the wire.
    const [sent, then] = JSON.parse(JSON.stringify([body, later])) as [
      Fields,
      { network: string; endpoint: Fields }[],
    ];
    containers.set(step.args.name, comparable(step.args.name, sent, then));
  }
  const parts = steps.flatMap((step): object[] => {
    if (step.op === 'createNetwork') return [networkBody(step.args.network)];
    return step.op === 'createVolume' ? [volumeBody(step.args.volume)] : [];
  });
  const sent = parts.map((body) => JSON.parse(JSON.stringify(body)) as Fields);
  return { containers, parts: new Map(sent.map((body) => [String(body['Name']), comparablePart(body)])) };
}
