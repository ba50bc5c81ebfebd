// All procedures in which a controller is killed, by what they are.

import { batches } from './batches.ts';
import { failovers, recoveries } from './recoveries.ts';
import { rollbacks, rollouts } from './rollouts.ts';
import type { Scenarios } from './scenario.ts';

export const scenarios: Scenarios = { ...batches, ...recoveries, ...failovers, ...rollouts, ...rollbacks };
