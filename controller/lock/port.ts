// What the lock needs of an engine: a marker that is made or found in one call, and a look at a container.
// controller/docker implements it with volumes: the one thing every engine keeps, names uniquely and makes at no cost.

export type MarkerLabels = Readonly<Record<string, string>>;

export interface LockEngine {
  /** Makes the marker, or leaves the one that has this name as it is; answers the labels of the one that is there. */
  createMarker(name: string, labels: MarkerLabels): Promise<MarkerLabels>;
  /** undefined: there is none. */
  readMarker(name: string): Promise<MarkerLabels | undefined>;
  /** Gone already is as good. */
  removeMarker(name: string): Promise<void>;
  /** Since when (epoch ms) this container has been running on this engine; undefined: it is not. */
  runningSince(containerId: string): Promise<number | undefined>;
}
