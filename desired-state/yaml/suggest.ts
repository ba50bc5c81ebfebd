// "did you mean": the one nearest name, or none where nothing is near enough to be meant.

import { distance } from 'fastest-levenshtein';

/** The candidate that was probably meant by `word`; short words must be nearer than long ones. */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  const lower = word.toLowerCase();
  let best: string | undefined;
  // A third of the letters may be wrong, at most three and never all; a transposition costs two.
  let bestDistance = Math.min(3, Math.ceil(word.length / 3), word.length - 1) + 1;
  for (const candidate of candidates) {
    const other = candidate.toLowerCase();
    if (Math.abs(other.length - lower.length) >= bestDistance) continue;
    const found = other === lower ? 0 : distance(lower, other);
    if (found < bestDistance || (found === bestDistance && best !== undefined && candidate < best)) {
      best = candidate;
      bestDistance = found;
    }
  }
  return best === word ? undefined : best;
}

/** `{ hint: 'did you mean "image"?' }`, or nothing to spread. */
export function didYouMean(word: string, candidates: Iterable<string>): { hint?: string } {
  const near = suggest(word, candidates);
  return near === undefined ? {} : { hint: `did you mean "${near}"?` };
}
