// Image references taken apart, as the engine's calls want them. Pure.

/** Under this name Docker keeps the credentials of its own registry. */
export const hubKey = 'https://index.docker.io/v1/';

/** The registry of an image, as credentials are kept by: a host, or Docker Hub's URL. */
export function registryOf(image: string): string {
  const [first = '', ...more] = image.split('/');
  const isHost = more.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return !isHost || first === 'docker.io' || first === 'index.docker.io' ? hubKey : first;
}

/** Without tag and digest. */
export function repositoryOf(image: string): string {
  const [named = ''] = image.split('@');
  const colon = named.lastIndexOf(':');
  return colon > named.lastIndexOf('/') ? named.slice(0, colon) : named;
}

/** The tag, also `latest` where none is written; undefined: it is named by digest alone. */
export function tagOf(image: string): string | undefined {
  const [named = ''] = image.split('@');
  const tag = named.slice(repositoryOf(image).length + 1);
  if (tag !== '') return tag;
  return image.includes('@') ? undefined : 'latest';
}

/** For `POST /images/create`: without a tag the engine would pull every tag there is. A tag beside a digest says nothing. */
export function referenceQuery(image: string, digest?: string): { fromImage: string; tag: string } {
  const written = image.indexOf('@');
  const wanted = digest ?? (written < 0 ? undefined : image.slice(written + 1));
  return { fromImage: repositoryOf(image), tag: wanted ?? tagOf(image) ?? 'latest' };
}
