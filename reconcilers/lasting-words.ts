// What of a sentence is still so in a minute: without what is done next, and when.

/** The fact alone of a condition's message. */
export function lastingWords(message: string): string {
  return message
    .replace(/; tried \d+ times? lately(.*?)(, next try .*)?$/, '$1')
    .replace(/; it is (re)?started( again)?$/, '');
}
