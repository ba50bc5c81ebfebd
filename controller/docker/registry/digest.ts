// Which manifest a reference means: here, and in its registry now. The engine asks the registry; reeve may not reach it.

import type { RawImage } from '../api.ts';
import type { EngineClient } from '../client.ts';
import { garbledError, isMissing } from '../errors.ts';
import type { Credentials } from './credentials.ts';
import { registryOf, repositoryOf } from './reference.ts';

/** The digest under which a local image is known in the repository of `reference`. */
export async function repoDigest(client: EngineClient, reference: string): Promise<string | undefined> {
  try {
    const path = `/images/${encodeURI(reference)}/json`;
    const raw = await client.json<RawImage>({ method: 'GET', path, what: `inspect image ${reference}` });
    const wanted = fullRepository(reference);
    const found = (raw.RepoDigests ?? []).find((known) => fullRepository(known) === wanted);
    return found?.slice(found.indexOf('@') + 1);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** `GET /distribution/NAME/json`: the registry's manifest, without its layers. */
export async function registryDigest(
  client: EngineClient,
  credentials: Credentials,
  reference: string,
  signal?: AbortSignal,
): Promise<string> {
  const what = `ask the registry of ${reference}`;
  const { header } = await credentials.forImage(reference);
  const { Descriptor } = await client.json<{ Descriptor?: { digest?: string } }>({
    method: 'GET',
    path: `/distribution/${encodeURI(reference)}/json`,
    what,
    headers: header,
    ...(signal === undefined ? {} : { signal }),
  });
  if (Descriptor?.digest === undefined) throw garbledError(what);
  return Descriptor.digest;
}

function fullRepository(reference: string): string {
  const name = repositoryOf(reference)
    .replace(/^(index\.)?docker\.io\//, '')
    .replace(/^library\//, '');
  return `${registryOf(reference)}/${name}`;
}
