// The error of a store that cannot be asked just now. What it says of the write that it ended decides whether that may be
// done again.

import { exitStatus, ReeveError } from '../errors.ts';

export class StoreAway extends ReeveError {
  /**
   * `nothing`: it was never reached. `lost`: it went away in the middle, and surely kept nothing of it. `unknown`: it went away
   * during the commit and has not come back to say whether it kept it.
   */
  readonly kept: 'nothing' | 'lost' | 'unknown';

  constructor(message: string, options: { kept: StoreAway['kept']; hint: string; cause?: unknown }) {
    super(message, {
      status: exitStatus.unreachable,
      retryable: true,
      hint: options.hint,
      ...(options.cause === undefined ? {} : { cause: options.cause }),
    });
    this.name = 'StoreAway';
    this.kept = options.kept;
  }
}
