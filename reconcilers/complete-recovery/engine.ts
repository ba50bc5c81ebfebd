// What a complete recovery is told of an engine that does not answer, and how that reads: it is waited for, and where the
// policy names a command that starts it on this host, that is run, once an outage. Decides nothing.

import { formatDuration } from '../../desired-state/units.ts';

export type EngineNews =
  /** Waited for: the policy names no command. */
  | { readonly is: 'away' }
  | { readonly is: 'starting'; readonly command: string; readonly timeoutMs: number }
  /** The command has ended by itself; `output`: its last words. */
  | { readonly is: 'ended'; readonly command: string; readonly status: number; readonly output: string }
  /** `why`: it could not be run at all, or was killed at its time-out. */
  | { readonly is: 'failed'; readonly command: string; readonly why: string; readonly output: string }
  /** Its time is over, and the engine does not answer. */
  | { readonly is: 'silent'; readonly command: string; readonly waitedMs: number }
  | { readonly is: 'back' };

/** One sentence; it stands as long as the engine does not answer. */
export function engineWords(news: EngineNews): string {
  const away = 'the engine does not answer';
  switch (news.is) {
    case 'away':
      return `${away}; waits for it: start it on its host (policy.engine.startCommand can do that)`;
    case 'starting':
      return `${away}; runs ${news.command} on this host, for ${formatDuration(news.timeoutMs)} at most`;
    case 'ended':
      return `${away}; ${news.command} ended with status ${news.status}${said(news.output)}; waits for the engine`;
    case 'failed':
      return `${away}; ${news.command} ${news.why}${said(news.output)}; it is not run again in this outage: start the engine by hand`;
    case 'silent':
      return `${away}, ${formatDuration(news.waitedMs)} after ${news.command} was begun; it is not run again in this outage: look at the engine's own log`;
    case 'back':
      return 'the engine answers again';
  }
}

/** What is told of it as an event. */
export function engineTold(news: EngineNews) {
  const reasons = {
    away: 'EngineAwaited',
    starting: 'EngineStarting',
    ended: 'EngineStartEnded',
    failed: 'EngineStartFailed',
    silent: 'EngineStartFailed',
    back: 'EngineBack',
  } as const;
  const isWell = news.is === 'back' || (news.is === 'ended' && news.status === 0);
  return { reason: reasons[news.is], message: engineWords(news), warning: !isWell };
}

function said(output: string): string {
  return output === '' ? '' : `: ${output}`;
}
