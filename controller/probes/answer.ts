// Where a probe goes, and what it comes back with.

import type { ProbeResult } from '../../reconcilers/observed.ts';

export interface ProbeAddress {
  readonly host: string;
  readonly port: number;
  /** A refused or silent connection is the workload's fault: we know that we can reach this address. */
  readonly certain: boolean;
  /** What is reached alike: where one answers, another that refuses does so itself. */
  readonly way: string;
  /** One was reached this way before. */
  readonly isProven?: boolean;
}

export interface ProbeAnswer {
  readonly outcome: ProbeResult['outcome'];
  readonly message: string;
}
