// What changes on a container while it runs: its name, its limits, its restart policy.

import { ReeveError } from '../../errors.ts';
import { hasReason } from '../errors.ts';
import { inspectRaw, shortId } from '../inspect.ts';
import { updateBody } from '../resources-body.ts';
import { type Act, boundsOf, surely } from './act.ts';

export const renameContainer: Act<'renameContainer'> = async (client, { containerId, name }, context) => {
  if (containerId === undefined)
    throw new ReeveError(`nothing to rename to ${name}: the container was not made`);
  const bounds = boundsOf(context);
  const look = async () => {
    const raw = await inspectRaw(client, containerId, bounds);
    return raw?.Name === `/${name}` ? { changed: true } : undefined;
  };
  const act = async () => {
    await client.done({
      method: 'POST',
      path: `/containers/${encodeURIComponent(containerId)}/rename`,
      what: `rename container ${shortId(containerId)} to ${name}`,
      query: { name },
      ...bounds,
    });
    return { changed: true };
  };
  try {
    return { ...(await surely(act, look, context.signal)), containerId };
  } catch (error) {
    const already =
      hasReason(error, 'SameName') || (hasReason(error, 'NameTaken') && (await look()) !== undefined);
    if (already) return { changed: false, containerId };
    throw error;
  }
};

/** An update twice is one update. */
export const updateContainer: Act<'updateContainer'> = async (client, args, context) => {
  const { containerId, resources = {}, restart } = args;
  const act = () =>
    client.json<{ Warnings?: string[] | null }>({
      method: 'POST',
      path: `/containers/${encodeURIComponent(containerId)}/update`,
      what: `update container ${shortId(containerId)}`,
      body: updateBody(resources, restart),
      ...boundsOf(context),
    });
  const { Warnings } = await surely(act, async () => undefined, context.signal);
  return {
    changed: true,
    containerId,
    ...(Warnings?.length ? { message: Warnings.join('; ') } : {}),
  };
};
