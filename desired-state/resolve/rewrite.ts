// `images.rewrite` of the Platform: which name an image is fetched by. Pure.

import { isImageReference } from '../container/image.ts';
import type { MapNode, Node } from '../tree.ts';
import { type ResolveContext, type Rewrite, reportError } from './context.ts';

type Place = Pick<ResolveContext, 'diagnostics'>;

/** The rules, the most particular first; what is wrong with one is told at its line. */
export function rewritesOf(place: Place, node: Node | undefined): Rewrite[] {
  if (node?.kind !== 'map') return [];
  const rules = rulesIn(node).filter((rule) => isSound(place, rule));
  return rules.sort((a, b) => b.from.length - a.from.length || (a.from < b.from ? -1 : 1));
}

function rulesIn(node: MapNode): Rewrite[] {
  return [...node.entries.values()].flatMap(({ key, keyPosition, value }) =>
    value.kind === 'scalar' ? [{ from: key, to: String(value.value), position: keyPosition }] : [],
  );
}

function isSound(place: Place, { from, to, position }: Rewrite): boolean {
  const wild = from.endsWith('*');
  const asExpected =
    wild === to.endsWith('*') && !from.slice(0, -1).includes('*') && !to.slice(0, -1).includes('*');
  if (asExpected && isImageReference(to.replace(/\*$/, 'x'))) return true;
  const message = `bad rewrite ${JSON.stringify(from)} → ${JSON.stringify(to)}, expected names of images, both or neither with * at the end`;
  reportError(place, position, 'BadRewrite', message, 'for example docker.io/*: mirror.example/*');
  return false;
}

/**
 * The name by which `image` is fetched. Rules see full names, as Docker makes them: `postgres` is
 * `docker.io/library/postgres`. A rule without `*` and without a tag is for all tags.
 */
export function rewriteImage(rules: readonly Rewrite[], image: string): string {
  if (rules.length === 0) return image;
  const { name, rest } = fullName(image);
  for (const { from, to } of rules) {
    if (from.endsWith('*')) {
      const head = from.slice(0, -1);
      if (name.startsWith(head)) return `${to.slice(0, -1)}${name.slice(head.length)}${rest}`;
    } else if (from === name) return `${to}${rest}`;
    else if (from === `${name}${rest || ':latest'}`) return to;
  }
  return image;
}

/** `docker.io/library/postgres` and `:15`, as github.com/distribution/reference normalizes. */
function fullName(image: string): { name: string; rest: string } {
  const digest = image.indexOf('@');
  const named = digest < 0 ? image : image.slice(0, digest);
  const colon = named.lastIndexOf(':');
  const end = colon > named.lastIndexOf('/') ? colon : named.length;
  const name = named.slice(0, end);
  const [first = '', ...more] = name.split('/');
  const hasHost = more.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const full = hasHost ? name.replace(/^index\.docker\.io\//, 'docker.io/') : `docker.io/${name}`;
  const [host = '', ...path] = full.split('/');
  const library = host === 'docker.io' && path.length === 1 ? `docker.io/library/${path[0]}` : full;
  return { name: library, rest: image.slice(end) };
}
