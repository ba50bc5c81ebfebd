// How people may name a resource: `Agent/x`, `agent/x`, `agents/x` (the kind in any case), or `x` where only one has it.
// Pure; used by the command line and by whoever takes names from it.

import { distance } from 'fastest-levenshtein';
import { indexOf, withoutIndex } from '../desired-state/instances.ts';
import type { Ref, ResourceKind } from '../desired-state/resource.ts';
import { exitStatus, ReeveError } from './errors.ts';

const kindWords: Readonly<Record<string, ResourceKind>> = {
  service: 'Service',
  services: 'Service',
  svc: 'Service',
  agent: 'Agent',
  agents: 'Agent',
  model: 'Model',
  models: 'Model',
  network: 'Network',
  networks: 'Network',
  volume: 'Volume',
  volumes: 'Volume',
};

/** `agents` → `Agent`; undefined where the word is no kind. */
export function kindOf(word: string): ResourceKind | undefined {
  return kindWords[word.toLowerCase()];
}

/** As `resolveName`; a workload with replicas stands for all of them, `web:1` for its first alone. */
export function resolveNames(name: string, refs: readonly Ref[]): readonly Ref[] {
  const ref = resolveName(name, refs);
  return /:\d+$/.test(name) ? [ref] : instancesOf(ref, refs);
}

/** All that are instances of one workload, in the order of their numbers; the ref itself where it has no replicas. */
function instancesOf(ref: Ref, refs: readonly Ref[]): readonly Ref[] {
  const all = refs.filter((other) => withoutIndex(other) === ref);
  return all.length === 0 ? [ref] : all.sort((a, b) => indexOf(a) - indexOf(b));
}

/** The one resource that is meant; of a workload with replicas the first. Throws the user's error with what was near or what it could have meant. */
export function resolveName(name: string, refs: readonly Ref[]): Ref {
  const matches = matching(name, refs);
  const [first, second] = matches;
  if (first === undefined) throw unknownName(name, refs);
  if (second !== undefined) {
    throw new ReeveError(`"${name}" could be ${list(matches)}`, {
      status: exitStatus.usage,
      hint: `write the kind too: ${first}`,
    });
  }
  return first;
}

function matching(written: string, refs: readonly Ref[]): readonly Ref[] {
  const name = written.replace(/:1$/, '');
  const slash = name.indexOf('/');
  if (slash < 0) {
    // A workload is what people mean by a bare name: a volume or network of the same name does not make it ambiguous.
    const named = refs.filter((ref) => nameOf(ref) === name);
    const workloads = named.filter((ref) => ref.startsWith('Service/') || ref.startsWith('Agent/'));
    return workloads.length > 0 ? workloads : named;
  }
  const kind =
    kindOf(name.slice(0, slash)) ?? (/^platform$/i.test(name.slice(0, slash)) ? 'Platform' : undefined);
  return refs.filter((ref) => ref === `${kind}/${name.slice(slash + 1)}`);
}

function unknownName(name: string, refs: readonly Ref[]): ReeveError {
  const candidates = name.includes('/') ? refs : [...refs.map(nameOf), ...Object.keys(kindWords)];
  const near = nearest(name, candidates);
  return new ReeveError(`there is no resource "${name}"`, {
    status: exitStatus.usage,
    hint: near === undefined ? 'reeve get lists them all' : `did you mean "${near}"?`,
  });
}

function nameOf(ref: Ref): string {
  return ref.slice(ref.indexOf('/') + 1);
}

function list(refs: readonly Ref[]): string {
  return `${refs.slice(0, -1).join(', ')} or ${refs.at(-1)}`;
}

/** The candidate that is a slip of the fingers away from `word`; undefined where none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3));
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const far = slips(word.toLowerCase(), candidate.toLowerCase());
    if (far <= limit && (best === undefined || far < best.distance)) best = { candidate, distance: far };
  }
  return best?.candidate;
}

/** Edits between two words; two letters swapped are one slip, not two. */
function slips(word: string, candidate: string): number {
  let fewest = distance(word, candidate);
  for (let i = 0; i + 1 < word.length; i++) {
    const swapped = word.slice(0, i) + word.charAt(i + 1) + word.charAt(i) + word.slice(i + 2);
    fewest = Math.min(fewest, 1 + distance(swapped, candidate));
  }
  return fewest;
}
