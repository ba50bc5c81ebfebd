// Bounds on what a manifest may be; beyond them a file is a mistake or an attack, not a manifest.

export const maxFileBytes = 4 * 1024 * 1024;

/** Deepest nesting of maps and lists, also through aliases. */
export const maxDepth = 64;

/** Most nodes that the aliases of one document may stand for in all: readers walk a tree expanded. */
export const maxAliasedNodes = 500_000;
