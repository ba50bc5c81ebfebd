// What a person can type next, by the reason that a resource is not right. A table, first match wins.

import type { Resource } from '../../desired-state/resource.ts';
import { liftedBy, type SuspensionReason } from '../../reconcilers/lifted-by.ts';
import type { ResourceRow } from './resources.ts';

export interface Advice {
  readonly command: string;
  readonly why: string;
}

export interface Situation {
  readonly row: ResourceRow;
  readonly roots: readonly ResourceRow[];
  readonly held: boolean;
  /** Why the platform is suspended; absent: it is not. */
  readonly suspended?: SuspensionReason;
  /** Nobody acts on it by itself: no controller runs. */
  readonly kept: boolean;
  readonly resource: Resource | undefined;
  /** Id of its recovery that waits for a person's word. */
  readonly recovery?: string;
  /** It is done, and its volumes were made anew since. */
  readonly outdated: boolean;
}

type Rule = readonly [when: (s: Situation) => boolean, say: (s: Situation) => readonly Advice[]];

const reasonIs =
  (...reasons: readonly string[]) =>
  ({ row }: Situation) =>
    reasons.some((reason) => row.reason === reason);

const rules: readonly Rule[] = [
  [({ held }) => held, ({ row }) => [{ command: `reeve release ${row.ref}`, why: 'gives it back to reeve' }]],
  [
    ({ suspended }) => suspended !== undefined,
    ({ suspended = 'Suspended' }) => [
      { command: 'reeve plan', why: 'shows what reeve would do' },
      { command: `reeve ${liftedBy[suspended][0]}`, why: 'lets it' },
    ],
  ],
  [
    reasonIs('AwaitsTurn', 'StopsForTurn', 'StopsLater'),
    () => [{ command: 'reeve procedures', why: 'which one it waits for, and how far that is' }],
  ],
  [
    reasonIs('Quarantined'),
    () => [
      { command: 'reeve plan', why: 'what the revision that failed would change' },
      { command: 'reeve procedures', why: 'how it came to that; show ID tells each wave' },
      { command: 'reeve apply --lift-quarantine', why: 'tries it again as it is' },
    ],
  ],
  [
    reasonIs('NotAdopted'),
    () => [
      { command: 'reeve plan', why: 'shows what differs between it and the manifests' },
      { command: 'reeve adopt', why: 'takes it over as it is' },
    ],
  ],
  [
    reasonIs('NotDeclared'),
    ({ row }) => [
      { command: 'reeve plan', why: 'shows why it is not removed' },
      { command: 'reeve apply --allow-delete', why: 'removes it with all that is declared no more' },
      { command: `reeve logs ${row.ref} --tail 50`, why: 'its last words' },
    ],
  ],
  [
    reasonIs('DeletionBlocked'),
    () => [
      { command: 'reeve plan', why: 'shows what would be removed' },
      { command: 'reeve apply --allow-delete', why: 'removes it' },
    ],
  ],
  [
    reasonIs('NamesMixedUp'),
    ({ row }) => [{ command: `reeve events --for ${row.ref}`, why: 'tells when it was renamed' }],
  ],
  [
    reasonIs('LimitOutOfRange'),
    () => [
      { command: 'reeve policy', why: 'lists all limits above what the host has, and what is reserved' },
      { command: 'reeve apply', why: 'once they are lower, or policy.capToHost: true takes them down' },
    ],
  ],
  [
    reasonIs('VolumeLost'),
    ({ row }) => [
      { command: 'docker volume ls', why: 'is it there under another name? Restore it before anything else' },
      { command: `reeve release ${row.ref} --accept-data-loss`, why: 'makes it anew, empty' },
    ],
  ],
  [
    reasonIs('VolumeDiffers'),
    ({ row, resource }) => [
      {
        command: `docker volume inspect ${engineNameOf(resource)}`,
        why: 'shows how it is; reeve never recreates a volume',
      },
      { command: `reeve describe ${row.ref}`, why: 'shows how it is declared: change the one or the other' },
    ],
  ],
  [
    reasonIs('NameTaken'),
    ({ row }) => [
      {
        command: `docker inspect ${row.container ?? row.name}`,
        why: 'shows whose it is; reeve never touches it',
      },
      { command: `docker rm -f ${row.container ?? row.name}`, why: 'if it may go; reeve goes on by itself' },
    ],
  ],
  [
    reasonIs('PortTaken'),
    () => [
      { command: "docker ps --format '{{.Names}} {{.Ports}}'", why: 'shows which container has the port' },
      { command: 'ss -ltnp', why: 'shows which process has it, if no container does' },
    ],
  ],
  // What runs is the old container: its log says nothing of the new one's failure.
  [
    reasonIs('ReplacementFailed'),
    ({ row }) => [
      { command: `reeve events --for ${row.ref}`, why: 'what became of the new container' },
      { command: `reeve plan ${row.ref}`, why: 'what the new one is to have: mend the manifest' },
      { command: `reeve rerun ${row.ref}`, why: 'try again as it is, once mended elsewhere' },
    ],
  ],
  [
    reasonIs('BuildFailed', 'BuildContextUnreadable'),
    ({ row }) => [
      { command: `reeve events --for ${row.ref}`, why: 'what the build said' },
      { command: 'reeve apply', why: 'once it builds' },
    ],
  ],
  [
    reasonIs('ImageMissing', 'ImagePullFailed', 'ImagePullDenied'),
    ({ resource }) => [
      { command: `docker pull ${imageOf(resource)}`, why: 'shows what the registry says' },
      { command: 'reeve apply', why: 'once it can be had, or is named otherwise' },
    ],
  ],
  [
    ({ outdated }) => outdated,
    ({ row }) => [
      { command: `reeve rerun ${row.ref}`, why: 'once more, on the volumes as they are now' },
      { command: `reeve logs ${row.ref} --tail 50`, why: 'what it did the last time' },
    ],
  ],
  [
    ({ row, roots }) => roots.length > 0 && row.state !== 'degraded',
    ({ roots }) => roots.slice(0, 3).map(beginThere),
  ],
  [
    ({ row }) => row.state === 'degraded' && isContainer(row),
    ({ row, roots }) => [
      { command: `reeve logs ${row.ref} --tail 50`, why: 'its last words' },
      { command: `reeve rerun ${row.ref}`, why: 'try again now, once mended' },
      { command: `reeve hold ${row.ref} --for 30m`, why: 'to try things by hand meanwhile' },
      ...roots.slice(0, 2).map(beginThere),
    ],
  ],
  [
    ({ row, kept }) => !row.ready && !kept,
    () => [{ command: 'reeve apply', why: 'does what is to be done' }],
  ],
  [
    ({ row }) => !row.ready && isContainer(row),
    ({ row }) => [
      { command: `reeve events -f --for ${row.ref}`, why: 'watch it come up' },
      { command: `reeve logs ${row.ref} -f`, why: 'and what it says' },
    ],
  ],
  [({ row }) => !row.ready, ({ row }) => [{ command: `reeve events -f --for ${row.ref}`, why: 'watch it' }]],
];

/** Commands to go on with; empty where nothing needs to be done. */
export function adviceFor(situation: Situation): readonly Advice[] {
  const found = rules.find(([when]) => when(situation))?.[1](situation) ?? [];
  return [...found, ...answers(situation)];
}

/** What its recovery waits to hear. */
function answers({ recovery, held }: Situation): readonly Advice[] {
  if (recovery === undefined || held) return [];
  return [
    { command: `reeve procedures show ${recovery}`, why: 'why it failed, and all that it wrote' },
    { command: `reeve decide ${recovery} retry`, why: 'once mended: its failures are forgotten' },
  ];
}

function beginThere(root: ResourceRow): Advice {
  return { command: `reeve explain ${root.ref}`, why: 'what it waits for is broken too' };
}

function isContainer({ kind }: ResourceRow): boolean {
  return kind === 'Service' || kind === 'Agent';
}

function imageOf(resource: Resource | undefined): string {
  return resource !== undefined && 'container' in resource ? resource.container.image : 'IMAGE';
}

function engineNameOf(resource: Resource | undefined): string {
  return resource !== undefined && 'engineName' in resource ? resource.engineName : 'VOLUME';
}
