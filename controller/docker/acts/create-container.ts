// A container is made ready to start: created, connected to all its networks, its files put in. If any of it fails
// the container goes again, so that nothing half made is ever started.

import type { ContainerSpec } from '../../../desired-state/container-spec.ts';
import type { WatchedFile } from '../../../desired-state/resource.ts';
import type { StepArgs } from '../../../reconcilers/plan.ts';
import type { StepContext } from '../../engine.ts';
import { EngineError } from '../../errors.ts';
import type { RawConfig, RawInspect } from '../api.ts';
import type { EngineClient } from '../client.ts';
import { createBody } from '../create-body.ts';
import { garbledError, hasReason } from '../errors.ts';
import { inspectRaw } from '../inspect.ts';
import { resolveImages } from '../list.ts';
import { type Act, type Bounds, boundsOf, surely } from './act.ts';
import { putFiles } from './files.ts';
import { refuseSilentVolumes, requireVolumes } from './lost-volumes.ts';
import { connect } from './networks.ts';
import { deleteContainer } from './remove-container.ts';

export const createContainer: Act<'createContainer'> = async (client, args, context) => {
  const bounds = boundsOf(context);
  refuseHiddenFiles(args.name, args.spec, args.files);
  await requireVolumes(client, args.name, args.mustExist, bounds);
  const image = await imageOf(client, args);
  const { body, later } = createBody(args, {
    apiVersion: await client.apiVersion(),
    secrets: context.secrets,
    image,
    ...(await entrypointOf(client, args.spec, image, bounds)),
  });
  const made = await create(client, args, body, bounds);
  if (made.running) return { changed: false, containerId: made.id };
  try {
    if (args.mustExist.length > 0) {
      const raw = await inspectRaw(client, made.id, bounds);
      if (raw !== undefined) await refuseSilentVolumes(client, args.name, raw, bounds);
    }
    for (const { network, endpoint } of later) await connect(client, made.id, network, endpoint, bounds);
    await putFiles(client, made.id, args.files, context);
  } catch (error) {
    if (made.changed) await removeAgain(client, made.id, args.name, context);
    throw error;
  }
  return {
    changed: made.changed,
    containerId: made.id,
    ...(made.warnings.length === 0 ? {} : { message: made.warnings.join('; ') }),
  };
};

interface Made {
  readonly id: string;
  readonly changed: boolean;
  readonly running: boolean;
  readonly warnings: readonly string[];
}

/** A create whose answer was lost is found again by its name and labels; so is one of a reeve that died after it. */
async function create(
  client: EngineClient,
  args: StepArgs['createContainer'],
  body: object,
  bounds: Bounds,
): Promise<Made> {
  const what = `create container ${args.name}`;
  const look = async (): Promise<Made | undefined> => {
    const raw = await inspectRaw(client, args.name, bounds);
    if (raw === undefined || !isOurs(raw, args.labels)) return undefined;
    return { id: raw.Id, changed: true, running: raw.State?.Running === true, warnings: [] };
  };
  const act = async (): Promise<Made> => {
    const made = await client.json<{ Id?: string; Warnings?: string[] | null }>({
      method: 'POST',
      path: '/containers/create',
      what,
      query: { name: args.name, platform: args.spec.platform },
      body,
      ...bounds,
    });
    if (typeof made.Id !== 'string') throw garbledError(what);
    return { id: made.Id, changed: true, running: false, warnings: made.Warnings ?? [] };
  };
  try {
    return await surely(act, look, bounds.signal);
  } catch (error) {
    const found = hasReason(error, 'NameTaken') ? await look() : undefined;
    if (found === undefined) throw error;
    return { ...found, changed: false };
  }
}

/** All labels, the spec's hash and the revision among them: made for this very step. */
function isOurs(raw: RawInspect, labels: StepArgs['createContainer']['labels']): boolean {
  const found = raw.Config?.Labels ?? {};
  return (
    Object.keys(labels).length > 0 && Object.entries(labels).every(([key, value]) => found[key] === value)
  );
}

/** By its reference where that still means the pinned image, because people read it in `docker ps`; else by its id. */
async function imageOf(client: EngineClient, args: StepArgs['createContainer']): Promise<string> {
  const { imageId } = args;
  const reference = args.spec.image;
  if (imageId === undefined || imageId === reference) return reference;
  const found = await resolveImages(client, [reference]);
  return found[reference] === imageId ? reference : imageId;
}

/** The image's entrypoint, where only beside it the engine heeds that the command is to be empty. */
async function entrypointOf(
  client: EngineClient,
  { command, entrypoint }: ContainerSpec,
  image: string,
  bounds: Bounds,
): Promise<{ imageEntrypoint?: readonly string[] }> {
  if (command?.length !== 0 || entrypoint !== undefined) return {};
  const { Config } = await client.json<{ Config?: RawConfig }>({
    method: 'GET',
    path: `/images/${encodeURI(image)}/json`,
    what: `inspect image ${image}`,
    ...bounds,
  });
  return { imageEntrypoint: Config?.Entrypoint ?? [] };
}

/** Not cut short by the caller's abort: what was made goes again. */
async function removeAgain(
  client: EngineClient,
  id: string,
  name: string,
  { timeoutMs }: StepContext,
): Promise<void> {
  const bounds = { signal: AbortSignal.timeout(timeoutMs), timeoutMs };
  await deleteContainer(client, { id, name, volumes: 'own' }, bounds);
}

/** A tmpfs is mounted at start, over what was put there before. */
function refuseHiddenFiles(name: string, spec: ContainerSpec, files: readonly WatchedFile[]): void {
  const tmpfs = spec.mounts.filter((m) => m.type === 'tmpfs');
  for (const { copyTo } of files) {
    const hidden = tmpfs.find((m) => copyTo?.startsWith(`${m.target.replace(/\/$/, '')}/`));
    if (hidden === undefined) continue;
    throw new EngineError(
      `create container ${name}: ${copyTo} would be hidden by the tmpfs on ${hidden.target}`,
      {
        code: 400,
        reason: 'FilesRefused',
        hint: 'give the secret or config another target, or take the tmpfs away',
      },
    );
  }
}
