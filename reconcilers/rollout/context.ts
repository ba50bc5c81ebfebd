// What a rollout, or a rollback, remembers: plain JSON, stored with each of its states. Revisions are named by their ids:
// the store has them whole.

import type { Ref, Tier } from '../../desired-state/resource.ts';
import type { RolloutPolicy } from '../../desired-state/revision.ts';
import type { BatchReport } from '../procedures/batch-walk.ts';
import type { BackupCommand, ImageWish, SchemaCheck } from '../procedures/definition.ts';

export type Kind = 'rollout' | 'rollback';

/** What is told of a state's entering or leaving. */
export interface Told {
  readonly reason: string;
  readonly message: string;
  readonly warning?: boolean;
  readonly choices?: readonly string[];
}

/** Workloads that are changed side by side. */
export interface Wave {
  readonly tier: Tier;
  readonly refs: readonly Ref[];
  /** It is watched longer than others before the rest follow. */
  readonly canary?: true;
}

interface Settings extends Pick<RolloutPolicy, 'minReadyMs' | 'canaryMs' | 'onFailure'> {
  readonly canaryErrors?: RolloutPolicy['canaryErrors'] | undefined;
  /** How long a wave may take without anything of it getting ready. */
  readonly deadlineMs: number;
}

/** What images meant in a revision, by image key. */
export type Images = Readonly<Record<string, { readonly id: string; readonly digest?: string }>>;

/** What is brought in, over what: made anew where a newer revision comes on the way. */
export interface Course extends Settings {
  /** Brought in. */
  readonly revision: string;
  /** In force before: what a rollout goes back to. */
  readonly before: string;
  readonly waves: readonly Wave[];
  /** What each is until its wave comes: the revision whose form it has. Those that are new have none. */
  readonly forms: Readonly<Record<Ref, string>>;
  /** Of what is gone back to, as they were when that ran. */
  readonly images: Images;
  /** Ids of the images that those run that wait, or go once nothing that waits needs them. Absent: what their tags mean. */
  readonly keptImages?: Readonly<Record<Ref, string>>;
  /** Asked before anything goes back. */
  readonly checks: readonly SchemaCheck[];
  /** Made before anything goes back. */
  readonly backups: readonly BackupCommand[];
  /** Images that are to be here before anything is stopped. Absent: none. */
  readonly pulls?: readonly ImageWish[];
  /** Pulled at once. */
  readonly pullsAtOnce?: number;
  /** What each workload is when it begins, whether it changes or not: it stays so until the first may change. */
  readonly asFound?: Readonly<Record<Ref, string>>;
  /** Taken down by one on whose way it has come, and not up since: they count as changed now. Absent: none. */
  readonly underWay?: readonly Ref[] | undefined;
  /** It has come on the way of another, which had begun: what that has brought in stays. */
  readonly merged?: true;
  /** A rollback that stops everything first. */
  readonly full?: true;
}

/** What a person is asked. */
export type Question = 'images' | 'check' | 'stop' | 'wave' | 'back';

export interface RolloutContext extends Course {
  readonly beganAt: number;
  /** Of the wave under way. */
  readonly index: number;
  /** Of the wave under way, or of those that have gone back. */
  readonly ready: readonly Ref[];
  /** What failed, and why; those that a person has said to go on with are in it too. */
  readonly failed: Readonly<Record<Ref, string>>;
  /** How many of the failed ones are gone on with. */
  readonly accepted: number;
  readonly reports: readonly BatchReport[];
  readonly pauseAsked: boolean;
  /** How often something was asked of the world: tells an answer from a late one. */
  readonly asked: number;
  /** What stands in the way of going back, in words. */
  readonly mismatches: readonly string[];
  /** It is a schema that does not fit: images and backups were not come to. */
  readonly unfit?: boolean;
  /** What those have brought in on whose way it has come: that goes back with it. */
  readonly broughtIn?: readonly Ref[];
  /** Asked last. */
  readonly question?: Question;
  /** To be stopped and not down yet; absent: not looked at yet. */
  readonly up?: readonly Ref[];
  /** When the wave under way began to be watched. */
  readonly settlesSince?: number;
  /** Since when its images are being had. */
  readonly pullsSince?: number | undefined;
  /** The time of the wave under way ran out before it was acted on, and it was given its time once more. */
  readonly prolonged?: boolean;
}

export type RolloutInput = Course;

interface Said {
  readonly at: number;
  readonly by: string;
}

/** A look at the wave under way. */
export type Seen = {
  readonly type: 'seen';
  readonly at: number;
  readonly ready: readonly Ref[];
  /** Beyond waiting, and why. */
  readonly failed: Readonly<Record<Ref, string>>;
  /** What is wrong with those that are neither, where it is judged by this look. */
  readonly why?: Readonly<Record<Ref, string>>;
  /** What is still to be done, or being done, about those of the wave, where it is judged by this look. */
  readonly unfinished?: readonly Ref[];
  /** Nothing is acted on: no time counts. */
  readonly suspended?: true;
};

export type RolloutEvent =
  | Seen
  | {
      readonly type: 'worked';
      readonly at: number;
      readonly work: string;
      readonly mismatches?: readonly string[];
      /** Those are of schemas alone. */
      readonly unfit?: boolean;
      /** Images that could not be had; canaries with too many errors. */
      readonly failed?: Readonly<Record<Ref, string>>;
      readonly error?: string;
    }
  | { readonly type: 'stopped'; readonly at: number; readonly up: readonly Ref[] }
  | { readonly type: 'merge'; readonly at: number; readonly course: Course }
  | ({ readonly type: 'pause' | 'resume' | 'abort' } & Said)
  | ({ readonly type: 'decide'; readonly choice: string } & Said);

export const waveOf = ({ waves, index }: Pick<RolloutContext, 'waves' | 'index'>): readonly Ref[] =>
  waves[index]?.refs ?? [];

/** All that come in, or back. */
export const partsOf = ({ waves }: Pick<RolloutContext, 'waves'>): readonly Ref[] =>
  waves.flatMap((w) => w.refs);

/** All whose wave has begun; none while the first waits for images. */
export const begunOf = ({
  waves,
  index,
  reports,
}: Pick<RolloutContext, 'waves' | 'index' | 'reports'>): readonly Ref[] =>
  reports.length === 0 ? [] : waves.slice(0, index + 1).flatMap((w) => w.refs);

/** All that goes back: what has begun, of it and of those on whose way it has come. */
export const goingBackOf = (context: RolloutContext): readonly Ref[] => [
  ...new Set([...(context.broughtIn ?? []), ...begunOf(context)]),
];

/** What is taken down for it and is not ready yet; what has failed is waited for no more. `isBack`: of those that go back. */
export function underWayOf(context: RolloutContext, isBack: boolean): readonly Ref[] {
  const { underWay = [], waves, index, ready, failed, reports } = context;
  if (isBack) return goingBackOf(context).filter((ref) => !ready.includes(ref));
  const over = new Set([...waves.slice(0, index).flatMap((w) => w.refs), ...ready, ...Object.keys(failed)]);
  const begun = reports.length === 0 ? [] : waveOf(context);
  return [...new Set([...underWay, ...begun])].filter((ref) => !over.has(ref));
}

/** `wave 2 of 3`, by its place from 0. */
export const waveName = ({ waves, index }: Pick<RolloutContext, 'waves' | 'index'>): string =>
  `wave ${Math.min(index + 1, waves.length)} of ${waves.length}`;
