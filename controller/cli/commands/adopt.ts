// `reeve adopt`: takes over what Compose made, as it is, or one container that docker run made. Restarts nothing.

import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { by } from '../context.ts';
import { type PlatformFlags, withExamples, withPlatform } from '../options.ts';

interface Flags extends PlatformFlags {
  readonly container?: string;
}

export function define(command: Command, context: Context): void {
  withExamples(
    withPlatform(command)
      .description(
        "Takes over the containers, networks and volumes of a running Compose project, by Compose's labels and without touching them. Shows what differs from the files; nothing is done about it before apply.",
      )
      .option(
        '--container <name>',
        'take this one, made by docker run, and print the manifest that describes it',
      )
      .action((flags: Flags) => adopt(flags, context)),
    [
      ['reeve adopt -p shop', 'the running project shop, by the files that it was started with'],
      ['reeve adopt -p shop -f docker-compose.yml', 'by these files'],
      ['reeve adopt -p lab --container cache > cache.yaml', 'a container made by docker run'],
    ],
  );
}

async function adopt(flags: Flags, context: Context): Promise<void> {
  if (flags.container !== undefined) {
    const { adoptContainer } = await import('../adopt-container.ts');
    return adoptContainer({ ...flags, container: flags.container }, context);
  }
  const [{ reach }, { filesOfProject }] = await Promise.all([
    import('../reach.ts'),
    import('../project-files.ts'),
  ]);
  const found = await filesOfProject(flags, context);
  const { control, place } = await reach(found, context, { verb: 'adopt', lock: true, manifests: true });
  try {
    const { plan, changedVariables } = await control.plan({
      names: [],
      allowDelete: false,
      updateImages: false,
    });
    const [{ planView }, { screenOf }] = await Promise.all([
      import('../views/plan.ts'),
      import('../screen.ts'),
    ]);
    if (plan.steps.length > 0) {
      context.terminal.out(planView({ plan, changedVariables }, screenOf(context, flags)));
    }
    context.terminal.out(`${place.platform}: ${await control.act({ verb: 'adopt' }, by(context, 'adopt'))}`);
  } finally {
    await control.close();
  }
}
