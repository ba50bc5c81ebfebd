// Which keys of a map merge another one into it.

import { isScalar, type ParsedNode } from 'yaml';

export const mergeTag = 'tag:yaml.org,2002:merge';

/** `<<` without quotes, or whatever the tag says to be one. */
export function isMerge(key: ParsedNode, name: string): boolean {
  if (!isScalar(key)) return false;
  return key.tag === undefined ? name === '<<' && key.type === 'PLAIN' : key.tag === mergeTag;
}
