// A plan as Markdown, for a comment on a pull request: what would happen in one line, then each resource with its cause.

import { formatPlan } from '../../../reconcilers/format-plan.ts';
import { type Entry, entriesOf } from '../../../reconcilers/plan-entries.ts';
import type { ShownPlan } from './plan.ts';

/** A table of more rows is no comment any more; all of it is in the text below. */
const mostRows = 100;

export function planMarkdown({ plan, policy }: ShownPlan): string {
  const entries = entriesOf(plan);
  const lost = entries.filter((entry) => entry.interrupts).flatMap((entry) => entry.refs);
  const title = `### reeve plan for \`${plan.platform}\``;
  const from = plan.commit === undefined ? `revision ${plan.revision}` : escaped(plan.commit.words);
  const facts = [
    entries.length === 0 ? 'Nothing would change.' : `**${summary(entries)}**`,
    ...(lost.length === 0 ? [] : [`Interrupted meanwhile: ${lost.map(code).join(', ')}.`]),
    ...(plan.blocked === undefined
      ? []
      : [`**Blocked (${plan.blocked.reason}):** ${escaped(plan.blocked.message)}`]),
    ...(policy === undefined ? [] : [escaped(policy)]),
  ];
  const warnings = plan.warnings.map(
    ({ ref, reason, message, position }) =>
      `- ${code(ref)} **${reason}**: ${escaped(message)}${position === undefined ? '' : ` (${code(`${position.file}:${position.line}`)})`}`,
  );
  return [
    title,
    '',
    `From ${from}.`,
    '',
    facts.join('\n\n'),
    ...(entries.length === 0 ? [] : ['', ...table(entries)]),
    ...(warnings.length === 0 ? [] : ['', ...warnings]),
    '',
    '<details><summary>The plan as reeve prints it</summary>',
    '',
    '```text',
    // Three backticks in a cause would end the block.
    formatPlan(plan).trimEnd().replaceAll('```', "'''"),
    '```',
    '',
    '</details>',
  ].join('\n');
}

function table(entries: readonly Entry[]): string[] {
  const rows = entries.slice(0, mostRows).map(({ verb, refs, cause }) => {
    const { position, message, fields = [] } = cause;
    const changes = fields.map(
      (field) => `${code(field.field)}: ${escaped(field.old)} → ${escaped(field.new)}`,
    );
    const at = position === undefined ? '' : code(`${position.file}:${position.line}`);
    const why = [escaped(message), ...changes].join('<br>');
    return `| ${verb} | ${refs.map(code).join('<br>')} | ${why} | ${at} |`;
  });
  const more = entries.length - rows.length;
  return [
    '| what | resource | why | where |',
    '| --- | --- | --- | --- |',
    ...rows,
    ...(more > 0 ? [`| | and ${more} more | | |`] : []),
  ];
}

function summary(entries: readonly Entry[]): string {
  const counts = new Map<string, number>();
  for (const { verb, refs } of entries) counts.set(verb, (counts.get(verb) ?? 0) + refs.length);
  return [...counts].map(([verb, count]) => `${count} to ${verb}`).join(', ');
}

function code(text: string): string {
  return `\`${text.replaceAll('`', "'").replaceAll('|', '\\|')}\``;
}

/** A commit's subject or a manifest's text must not become markup, nor name people. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/[\\`*_[\]|#]/g, '\\$&')
    .replace(/@(?=\w)/g, '@\u200b')
    .replace(/\r?\n/g, ' ');
}
