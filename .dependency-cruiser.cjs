// The direction of imports: desired-state ← reconcilers ← controller, and who may touch the world.
// Run by scripts/lint-layers.ts, which also asserts that every module was seen.

/** Node's modules that compute; of net and os only the computing names (test/house/purity.test.ts sees to it). */
const pureCore = '^(node:)?(crypto|path|util|buffer|url|assert|net|os)$';

/** Files of desired-state that read the disk; all others there are pure. */
const readers = '^desired-state/(yaml|load|watch|compose|dotenv|resolve|build)([-/]|[.]ts$)';

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'two modules that need each other are one, or hide a third',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'desired-state-knows-nothing-of-ours',
      severity: 'error',
      from: { path: '^desired-state/' },
      to: { path: '^(reconcilers|controller|test|examples|scripts|bench)/' },
    },
    {
      name: 'reconcilers-know-only-desired-state',
      severity: 'error',
      from: { path: '^reconcilers/' },
      to: { path: '^(controller|test|examples|scripts|bench)/' },
    },
    {
      name: 'controller-knows-no-tests',
      severity: 'error',
      from: { path: '^controller/' },
      to: { path: '^(test|examples|scripts|bench)/' },
    },
    {
      name: 'reconcilers-do-no-io',
      comment: 'no IO, no driver, no framework but xstate: what a rule needs is passed in',
      severity: 'error',
      from: { path: '^reconcilers/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'reconcilers-need-no-package-but-xstate',
      severity: 'error',
      from: { path: '^reconcilers/' },
      to: { path: 'node_modules/', pathNot: 'node_modules/xstate/' },
    },
    {
      name: 'reconcilers-read-no-manifests',
      comment: 'of desired-state they take the vocabulary and pure functions, never what loads',
      severity: 'error',
      from: { path: '^reconcilers/' },
      to: { path: readers },
    },
    {
      name: 'desired-state-reads-files-in-its-readers-only',
      severity: 'error',
      from: { path: '^desired-state/', pathNot: readers },
      to: { dependencyTypes: ['core'], pathNot: pureCore },
    },
    {
      name: 'desired-state-drives-nothing',
      severity: 'error',
      from: { path: '^desired-state/' },
      to: {
        path: 'node_modules/(@types/)?(dockerode|better-sqlite3|kysely|pg|ioredis|undici|fastify|commander|pino)/',
      },
    },
    {
      name: 'dockerode-only-in-controller-docker',
      severity: 'error',
      from: { pathNot: '^controller/docker/' },
      to: { path: 'node_modules/(@types/)?(dockerode|docker-modem)/' },
    },
    {
      name: 'sqlite-only-in-store-and-lock',
      severity: 'error',
      from: { path: '^controller/', pathNot: '^controller/(store|lock)/' },
      to: { path: 'node_modules/(@types/)?(better-sqlite3|kysely)/' },
    },
    {
      name: 'pg-only-in-store-and-its-probe',
      severity: 'error',
      from: { path: '^controller/', pathNot: '^controller/(store/|probes/postgres)' },
      to: { path: 'node_modules/(@types/)?pg/' },
    },
    {
      name: 'no-dev-package-at-run-time',
      severity: 'error',
      from: { path: '^(desired-state|reconcilers|controller)/' },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/@types/',
      },
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Imports of types count: a layer that names another's types knows it.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
