// Limits of batches: of a group that is restarted or changed in batches, reeve itself has never more down at once than one
// batch. Whether one is up is asked of it (`/health`), past reeve; what a fault has taken down counts for nobody.

import type { ActListener } from './recorder.ts';

export interface Group {
  /** `rollout`, `restart`. */
  readonly name: string;
  readonly refs: readonly string[];
  /** So many at once. */
  readonly limit: number;
}

interface Member {
  readonly group: Group;
  /** Its container that has answered last, where nothing has happened to it since; a replacement has two for a while. */
  up: string | undefined;
  /** Taken down by reeve, and not up since. */
  isDown: boolean;
  /** Acts of reeve on it under way. */
  acts: number;
  /** Grows with all that happens to it: an answer to a question from before says nothing. */
  turn: number;
}

/** What takes down a container that is up. */
const takesDown = new Set(['stop', 'restart', 'kill', 'remove', 'pause']);

export class Groups implements ActListener {
  readonly breaches: string[] = [];
  /** Group → the most at once, and how often reeve took one down. */
  readonly seen = new Map<string, { most: number; taken: number }>();
  readonly #members = new Map<string, Member>();

  constructor(groups: readonly Group[]) {
    for (const group of groups) {
      this.seen.set(group.name, { most: 0, taken: 0 });
      for (const ref of group.refs)
        this.#members.set(ref, { group, up: undefined, isDown: false, acts: 0, turn: 0 });
    }
  }

  get refs(): readonly string[] {
    return [...this.#members.keys()];
  }

  began(verb: string, ref: string, container: string): void {
    const member = this.#members.get(ref);
    if (member === undefined) return;
    member.acts++;
    member.turn++;
    if (!takesDown.has(verb) || member.up !== container) return;
    member.up = undefined;
    member.isDown = true;
    const { name, limit } = member.group;
    const down = [...this.#members].filter(([, m]) => m.group === member.group && m.isDown).map(([r]) => r);
    const seen = this.seen.get(name);
    if (seen !== undefined) {
      seen.most = Math.max(seen.most, down.length);
      seen.taken++;
    }
    if (down.length > limit)
      this.breaches.push(
        `${name}: ${verb} of ${ref} makes ${down.length} down, ${limit} allowed: ${down.join(', ')}`,
      );
  }

  ended(_verb: string, ref: string): void {
    const member = this.#members.get(ref);
    if (member === undefined) return;
    member.acts--;
    member.turn++;
  }

  /** Somebody else takes it down, or all: that it is down then is not reeve's doing. */
  hit(ref?: string): void {
    for (const [of, member] of this.#members) {
      if (ref !== undefined && of !== ref) continue;
      member.up = undefined;
      member.isDown = false;
      member.turn++;
    }
  }

  /** One round: `ask` says which of these are there for others, and by which container. */
  async ask(ask: (refs: readonly string[]) => Promise<ReadonlyMap<string, string>>): Promise<void> {
    const asked = [...this.#members]
      .filter(([, m]) => m.acts === 0)
      .map(([ref, m]) => [ref, m.turn] as const);
    const up = await ask(asked.map(([ref]) => ref));
    for (const [ref, turn] of asked) {
      const member = this.#members.get(ref);
      if (member === undefined || member.turn !== turn) continue;
      const container = up.get(ref);
      member.up = container === '' ? undefined : container;
      // One that is slow is not said to be down: a busy machine breaks no law.
      if (container !== undefined) member.isDown = false;
    }
  }
}
