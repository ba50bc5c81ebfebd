// The findings about a platform's files as Markdown: each kind with how often, of what, and what mends it.

import type { Finding } from './findings.ts';

/** By kind. How many are left is asked, not written here: a word of these that does not hold is seen beside it. */
const mendedBy: Readonly<Record<string, string>> = {
  BuildContextMissing:
    'a context for each, with a Dockerfile upon an image of the farm, in the project folder',
  HiddenByMerge: 'nothing: only an edit of theirs would; the agents run with the variables that they have',
  ImageMissing: 'the contexts: with nothing to build from, the image would have to be there',
  LimitOutOfRange: '`policy.capToHost` in the Platform',
  MountMissing:
    'files and folders of these names in the project folder, ours where they have to say something',
  NameReplaced:
    '`agents.yaml`: agents of these names are `NAME-agent`; the exporters are meant to be replaced',
  NetworkMissing: "`mend.yaml`: `sutazai-network: !override {}` makes it the platform's own",
  Obsolete: 'nothing: it does no harm',
  ReservedAboveHost: 'nothing: less of it, or a larger host',
  UnsetVariable: "`variables.env`, the project's `.env`",
  Unsupported: 'nothing: the engine has no such promise to give; `ReservedAboveHost` counts them',
  VolumeMissing: '`agents.yaml`: taken by `extends`, the agents share the volume that the main file declares',
  clearSecrets: 'nothing: they are written in the files, and `.env` gives the others',
  dockerSocket: 'nothing: they are to have it',
  healthcheck: 'nothing: what runs counts as ready',
  hostPid: 'nothing: it is to have it',
  latestTag: '`images.rewrite`: the farm has one image a tag; the finding stays',
  limits: 'nothing: it is their choice',
  mounts: "`mend.yaml`: files of one person's machine come from the project folder; the rest stays",
  privileged: '`mend.yaml`: `privileged: false` for both',
};

const asked: Readonly<Record<Finding['verb'], string>> = {
  validate: '`reeve validate`, of the files alone',
  plan: '`reeve plan`, on an engine that has none of it: what would not come up, and why',
  policy: '`reeve policy`: what the files ask of the host',
};

export function findingsText(findings: readonly Finding[]): string {
  const verbs = [...new Set(findings.map(({ verb }) => verb))];
  return verbs
    .map((verb) => {
      const ofVerb = findings.filter((finding) => finding.verb === verb);
      const count = ofVerb.reduce((sum, { names }) => sum + countOf(names), 0);
      return `### ${asked[verb]}: ${count}\n\n${ofVerb.map(line).join('\n')}\n`;
    })
    .join('\n');
}

function line({ kind, names, left }: Finding): string {
  const all = [...names].sort(([a], [b]) => (a < b ? -1 : 1));
  const listed = all.map(([name, count]) => (count === 1 ? name : `${name} (${count})`)).join(', ');
  const count = countOf(names);
  const mended =
    left === 0
      ? `Mended by ${mendedBy[kind] ?? 'nothing yet'}.`
      : `${left} with ours: ${mendedBy[kind] ?? 'nothing mends it yet'}.`;
  return `- **${count} \`${kind}\`**: ${listed}. ${mended}`;
}

function countOf(names: Finding['names']): number {
  return [...names.values()].reduce((sum, count) => sum + count, 0);
}
