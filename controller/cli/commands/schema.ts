// `reeve schema`: the JSON Schema of all manifests or of one kind, for editors and checks.

import type { Command } from 'commander';
import { manifestKinds } from '../../../desired-state/resource.ts';
import { exitStatus, ReeveError } from '../../errors.ts';
import { nearest } from '../../names.ts';
import type { Context } from '../context.ts';
import { withExamples } from '../options.ts';

export function define(command: Command, context: Context): void {
  withExamples(
    command
      .description('Prints the JSON Schema of the manifests, or of one kind.')
      .argument('[kind]', `one of ${manifestKinds.join(', ')}`)
      .action((kind?: string) => schema(kind, context)),
    [
      [
        'reeve schema > reeve.schema.json',
        'for an editor: # yaml-language-server: $schema=reeve.schema.json',
      ],
      ['reeve schema Agent | jq .properties.spec', 'what an Agent may say'],
    ],
  );
}

async function schema(word: string | undefined, context: Context): Promise<void> {
  const { jsonSchema } = await import('../../../desired-state/json-schema.ts');
  if (word === undefined) {
    context.terminal.out(JSON.stringify(jsonSchema(), null, 2));
    return;
  }
  const kind = manifestKinds.find((known) => known.toLowerCase() === word.toLowerCase());
  if (kind === undefined) {
    const near = nearest(word, manifestKinds);
    throw new ReeveError(`there is no kind "${word}"`, {
      status: exitStatus.usage,
      hint: near === undefined ? `kinds are ${manifestKinds.join(', ')}` : `did you mean "${near}"?`,
    });
  }
  context.terminal.out(JSON.stringify(jsonSchema(kind), null, 2));
}
