// What containers get of the corpus: image and environment are those of Compose's canonical shape, not only as printed.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { load } from '../../desired-state/load.ts';
import { isWorkload } from '../../desired-state/resource.ts';
import { type CaseFile, layOut, readCases } from './case.ts';

const cases = readCases().filter((c) => c.answer !== undefined && 'config' in c.answer);

test('variables and images of containers are Compose’s', async () => {
  let compared = 0;
  for (const file of cases) {
    const { resources, services } = await both(file);
    for (const { name, container } of resources) {
      const service = services[name];
      if (service === undefined) continue;
      const { environment, unsetEnvironment = [] } = container;
      const unset = Object.fromEntries(unsetEnvironment.map((key) => [key, null]));
      // Compose adds it on the way to the engine, not to what it prints.
      const added = service.use_api_socket === true ? { DOCKER_CONFIG: '/run/secrets/docker' } : {};
      const expected = { ...added, ...service.environment };
      expect({ ...environment, ...unset }, `${file.id}: ${name}`).toEqual(expected);
      if (service.image !== undefined) expect(container.image, file.id).toBe(service.image);
      compared += 1;
    }
  }
  expect(compared).toBeGreaterThan(150);
});

interface Service {
  readonly image?: string;
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly use_api_socket?: boolean;
}

/** Containers of a case that reeve can run, and its services in canonical shape. */
async function both({ written }: CaseFile) {
  const { file, cwd, projectDirectory, name } = written;
  const laid = layOut(written);
  try {
    const result = await load({
      paths: file,
      cwd: join(laid.folder, cwd),
      env: laid.env,
      ...(projectDirectory === undefined ? {} : { projectDirectory }),
      ...(name === undefined ? {} : { platform: name }),
      digest: () => 'digest',
    });
    const resources = result.ok ? result.loaded.revision.resources.filter(isWorkload) : [];
    const project = (result.compose ?? {}) as { services?: Readonly<Record<string, Service>> };
    return { resources, services: project.services ?? {} };
  } finally {
    laid.remove();
  }
}
