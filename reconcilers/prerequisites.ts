// What workloads of one plan share.

/** Steps of this plan that workloads wait for: networks and volumes made, images pulled or built. */
export interface Prerequisites {
  /** Manifest name → step. */
  readonly networks: ReadonlyMap<string, string>;
  readonly volumes: ReadonlyMap<string, string>;
  /** Image → its one pull or build; grows as workloads are planned in order. */
  readonly pulls: Map<string, string>;
  /** What is built from → its first build: others of the same find it in the cache, and are the same image. */
  readonly builds: Map<string, string>;
}
