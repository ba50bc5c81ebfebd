// Which images a Compose project asks for, and what a program that stands in for each has to do: the ports to listen on
// and the health paths to answer. Pure: reads the resolved project, makes nothing.

import type { ComposeProject } from '../../../desired-state/compose/project.ts';
import { rewriteImage } from '../../../desired-state/resolve/rewrite.ts';
import { toPlain } from '../../../desired-state/tree.ts';

/** Every image of the farm lives under this name, so that no real image of the machine is ever replaced. */
export const farmPrefix = 'reeve-farm/';

interface PlainService {
  readonly image?: string;
  readonly build?: string | { readonly context?: string; readonly dockerfile?: string };
  readonly ports?: readonly unknown[];
  readonly healthcheck?: { readonly test?: string | readonly string[] };
}

/** One image of the farm, for all services that ask for it. */
export interface FarmImage {
  readonly tag: string;
  readonly ports: readonly number[];
  readonly healthPaths: readonly string[];
}

/** What the Platform's `images.rewrite` says. */
const rewrite = { from: '*', to: `${farmPrefix}*`, position: { file: 'reeve.yaml', line: 1, column: 1 } };

/** `postgres:16` → `reeve-farm/docker.io/library/postgres:16`; what is built is built upon an image that goes by its service. */
function farmTag(service: string, { image, build }: PlainService): string {
  if (build !== undefined || image === undefined) return `${farmPrefix}built/${service}:latest`;
  const name = rewriteImage([rewrite], image);
  return name.slice(name.lastIndexOf('/')).includes(':') ? name : `${name}:latest`;
}

/** A service's build, with the image of the farm that its Dockerfile starts from. */
export interface FarmBuild {
  readonly from: string;
  readonly context: string;
  readonly dockerfile: string;
}

export function farmBuilds(project: ComposeProject): readonly FarmBuild[] {
  return [...plainServices(project)].flatMap(([name, service]) => {
    const { build } = service;
    if (build === undefined) return [];
    const { context = '.', dockerfile = 'Dockerfile' } =
      typeof build === 'string' ? { context: build } : build;
    return { from: farmTag(name, service), context, dockerfile };
  });
}

/** The images of the services of some projects, each once. */
export function farmImages(projects: readonly ComposeProject[]): readonly FarmImage[] {
  const images = new Map<string, FarmImage>();
  for (const [name, service] of projects.flatMap((project) => [...plainServices(project)])) {
    const tag = farmTag(name, service);
    const known = images.get(tag);
    const asked = askedOf(service);
    images.set(tag, {
      tag,
      ports: [...new Set([...(known?.ports ?? []), ...portsOf(service), ...asked.ports])],
      healthPaths: [...new Set([...(known?.healthPaths ?? []), ...asked.paths])],
    });
  }
  return [...images.values()];
}

function plainServices({ services }: ComposeProject): ReadonlyMap<string, PlainService> {
  return new Map([...services].map(([name, node]) => [name, toPlain(node) as PlainService]));
}

/** Ports in the container: `10000:5432`, `"8300:8300/tcp"`, or the long form. */
function portsOf({ ports = [] }: PlainService): readonly number[] {
  return ports.flatMap((port) => {
    const target = typeof port === 'object' && port !== null ? (port as { target?: unknown }).target : port;
    const digits = /(\d+)(?:\/tcp)?$/.exec(String(target))?.[1];
    return digits === undefined ? [] : [Number(digits)];
  });
}

/** What the healthcheck asks of its own container. */
function askedOf({ healthcheck }: PlainService): { ports: readonly number[]; paths: readonly string[] } {
  const test = healthcheck?.test;
  const text = typeof test === 'string' ? test : (test ?? []).join(' ');
  const urls = [...text.matchAll(/https?:\/\/(?:localhost|127\.0\.0\.1)(?::(\d+))?(\/[^\s'"|)]*)?/g)];
  return {
    ports: urls.map(([, port]) => Number(port ?? 80)),
    paths: urls.flatMap(([, , path]) => (path === undefined || path === '/' ? [] : path)),
  };
}
