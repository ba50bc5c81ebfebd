// When the last container of a project was started, by the engine's own stamp: the same for whoever started it.

import { askEngine } from '../scripts/lib/docker-api.ts';

/** Epoch ms; of the containers with this label (`com.docker.compose.project=x`). Throws where there is none. */
export async function lastStartOf(socket: string, label: string): Promise<number> {
  const filters = encodeURIComponent(JSON.stringify({ label: [label] }));
  const { body } = await askEngine(socket, 'GET', `/containers/json?all=1&filters=${filters}`);
  const starts = await Promise.all(
    (JSON.parse(body) as readonly { Id: string }[]).map(async ({ Id }) => {
      const inspected = await askEngine(socket, 'GET', `/containers/${Id}/json`);
      return Date.parse((JSON.parse(inspected.body) as { State: { StartedAt: string } }).State.StartedAt);
    }),
  );
  if (starts.length === 0) throw new Error(`no container has the label ${label}`);
  return Math.max(...starts);
}
