// What people call the steps: past for what was done, present for what is under way.

import type { StepOp } from '../../../reconcilers/plan.ts';

const words: Readonly<Record<StepOp, readonly [present: string, past: string]>> = {
  createNetwork: ['creating network', 'network created'],
  removeNetwork: ['removing network', 'network removed'],
  createVolume: ['creating volume', 'volume created'],
  removeVolume: ['removing volume', 'volume removed'],
  pullImage: ['pulling image', 'image pulled'],
  buildImage: ['building image', 'image built'],
  pullModel: ['pulling model', 'model pulled'],
  createContainer: ['creating', 'created'],
  startContainer: ['starting', 'started'],
  stopContainer: ['stopping', 'stopped'],
  restartContainer: ['restarting', 'restarted'],
  signalContainer: ['signalling', 'signalled'],
  unpauseContainer: ['unpausing', 'unpaused'],
  renameContainer: ['renaming', 'renamed'],
  updateContainer: ['updating', 'updated in place'],
  connectNetwork: ['connecting to its network', 'connected to its network'],
  disconnectNetwork: ['disconnecting from a network', 'disconnected from a network'],
  removeContainer: ['removing', 'removed'],
};

export function doing(op: string): string {
  return wordsOf(op)[0];
}

export function did(op: string): string {
  return wordsOf(op)[1];
}

function wordsOf(op: string): readonly [string, string] {
  return op in words ? words[op as StepOp] : [op, op];
}
