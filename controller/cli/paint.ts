// Colours by meaning, so that a screen uses few and alike. Without colour every function gives its text back.

import picocolors from 'picocolors';

export interface Paint {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly waiting: (text: string) => string;
  readonly quiet: (text: string) => string;
  readonly strong: (text: string) => string;
}

export function makePaint(color: boolean): Paint {
  const c = picocolors.createColors(color);
  return { good: c.green, bad: c.red, waiting: c.yellow, quiet: c.dim, strong: c.bold };
}
