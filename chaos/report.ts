// What a run of chaos has shown, as text.

export interface FaultCount {
  hit: number;
  /** Found nothing to hit. */
  missed: number;
}

export interface Report {
  readonly seed: number;
  readonly minutes: number;
  readonly counts: ReadonlyMap<string, FaultCount>;
  /** What reeve did to the engine. */
  readonly acts: ReadonlyMap<string, number>;
  readonly looks: number;
  /** Looks that an engine which was away, or under a fault, did not answer; and what was said last. */
  readonly unanswered: { readonly times: number; readonly said: string };
  readonly mostStarts: number;
  /** Of those that change or restart in batches: the most down at once, and how often one was taken down. */
  readonly groups: ReadonlyMap<string, { readonly most: number; readonly taken: number }>;
  readonly apiHits: number;
  /** CPU of the controllers per wall-clock time. */
  readonly cpuShare: number;
  /** Undefined: not within the bound. */
  readonly convergedMs?: number;
  readonly unconverged?: string;
  /** With healing switched off: what the judge saw. */
  readonly control?: string;
  readonly breaches: readonly string[];
}

const shownBreaches = 20;

export function formatReport(report: Report): string {
  const total = [...report.counts.values()].reduce((sum, count) => sum + count.hit, 0);
  const faults = [...report.counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([kind, { hit, missed }]) =>
        `  ${kind.padEnd(18)} ${hit}${missed > 0 ? ` (${missed} found nothing to hit)` : ''}`,
    );
  const acts = [...report.acts].sort(([, a], [, b]) => b - a).map(([verb, n]) => `${verb} ${n}`);
  const { breaches, convergedMs, unconverged = '' } = report;
  const shown = [...timesOf(breaches)];
  return [
    `seed ${report.seed}, ${report.minutes} min: ${total} faults`,
    ...faults,
    `reeve's acts: ${acts.join(', ')}`,
    `API faults that hit a call: ${report.apiHits}; looks at the laws: ${report.looks}; starts at once: ${report.mostStarts} at most`,
    ...(report.unanswered.times === 0
      ? []
      : [
          `looks that got no answer: ${report.unanswered.times}, the last: ${report.unanswered.said.slice(0, 200)}`,
        ]),
    ...[...report.groups].map(
      ([name, { most, taken }]) => `${name}: ${taken} taken down by reeve, ${most} at once at most`,
    ),
    `CPU of the controllers: ${(report.cpuShare * 100).toFixed(1)} % of a core`,
    convergedMs === undefined
      ? `NOT CONVERGED: ${unconverged}`
      : `converged ${(convergedMs / 1_000).toFixed(1)} s after the last fault`,
    ...(report.control === undefined ? [] : [`with healing switched off: ${report.control}`]),
    breaches.length === 0 ? 'no law broken' : `${breaches.length} BREACHES`,
    ...shown
      .slice(0, shownBreaches)
      .map(([breach, times]) => `  ${breach}${times > 1 ? ` (${times} times)` : ''}`),
    ...(shown.length > shownBreaches ? [`  and ${shown.length - shownBreaches} more kinds`] : []),
  ].join('\n');
}

/** The same one again and again is said once, with how often. */
function timesOf(breaches: readonly string[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const breach of breaches) times.set(breach, (times.get(breach) ?? 0) + 1);
  return times;
}
