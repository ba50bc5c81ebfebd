// `reeve adopt --container`: one container that docker run made becomes a platform's; its manifest goes to standard
// output, what was done to standard error.

import { looksSecret } from '../../desired-state/policy/rules/clear-secrets.ts';
import { freeContainer } from '../adoption.ts';
import { connectEngine } from '../docker/connect.ts';
import { exitStatus, ReeveError } from '../errors.ts';
import { documentsOf } from '../reports/manifest-of.ts';
import { by, type Context } from './context.ts';
import type { PlatformFlags } from './options.ts';
import { reach } from './reach.ts';

type Flags = PlatformFlags & { readonly container: string };

export async function adoptContainer(flags: Flags, context: Context): Promise<void> {
  if (flags.file.length > 0) {
    throw new ReeveError('--container takes no -f: it prints the manifest', { status: exitStatus.usage });
  }
  const { name, documents, secrets } = await describe(flags, context);
  const platform = flags.platform ?? platformNameOf(name);
  const { control, place } = await reach({ ...flags, platform }, context, {
    verb: 'adopt',
    lock: true,
    manifests: false,
    mayBeNew: true,
  });
  try {
    const said = await control.act({ verb: 'adopt', container: name }, by(context, 'adopt'));
    const head = { apiVersion: 'reeve/v1', kind: 'Platform', metadata: { name: platform } };
    const all = place.refs.length === 0 ? [head, ...documents] : documents;
    const { stringify } = await import('yaml');
    const options = { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' } as const;
    context.terminal.out(
      all
        .map((document) => stringify(document, options))
        .join('---\n')
        .trimEnd(),
    );
    context.terminal.err(said);
    if (secrets.length > 0) {
      context.terminal.err(
        `printed in clear, and it looks like a secret: ${secrets.join(', ')}; declare kind: Secret for it before the file goes into a repository`,
      );
    }
  } finally {
    await control.close();
  }
}

interface Found {
  readonly name: string;
  readonly documents: readonly object[];
  /** Names of variables whose values look like secrets. */
  readonly secrets: readonly string[];
}

async function describe(flags: Flags, context: Context): Promise<Found> {
  const engine = await connectEngine({
    env: context.env,
    ...(flags.host === undefined ? {} : { host: flags.host }),
  });
  try {
    const container = await freeContainer(engine, flags.container);
    const detail = await engine.inspect(container.id, { secretKeys: new Set(), digest: (value) => value });
    if (detail === undefined) throw new ReeveError(`container ${flags.container} went away`);
    const { name } = container;
    const variables = Object.entries(detail.spec.environment);
    const secrets = variables.flatMap(([key, value]) => (looksSecret(key, value) ? [key] : []));
    return { name, documents: documentsOf({ name, detail }), secrets };
  } finally {
    await engine.close();
  }
}

/** What a platform may be called, as near to the container's name as can be. */
function platformNameOf(container: string): string {
  return container
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .slice(0, 64);
}
