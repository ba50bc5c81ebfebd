// A plan in a file: what was shown, and the fingerprint that binds it to the world and the manifests it was made from.
// Holds no secret value, for plans hold none; readable by its owner only all the same.

import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Plan } from '../../reconcilers/plan.ts';
import type { PlanOptions, PlanReport } from '../control.ts';
import { exitStatus, ReeveError } from '../errors.ts';

const savedPlan = z.object({
  kind: z.literal('SavedPlan'),
  platform: z.string(),
  /** Absolute paths of the manifests. */
  sources: z.array(z.string()),
  stateDir: z.string().exactOptional(),
  host: z.string().exactOptional(),
  at: z.string(),
  options: z.object({
    names: z.array(z.string()),
    allowDelete: z.boolean(),
    updateImages: z.boolean(),
    build: z.boolean().exactOptional(),
  }),
  fingerprint: z.string(),
  plan: z.custom<Plan>((value) => value !== null && typeof value === 'object' && 'steps' in value),
});
export type SavedPlan = z.infer<typeof savedPlan>;

export function toSavedPlan(
  report: PlanReport,
  options: PlanOptions,
  from: { readonly stateDir?: string; readonly host?: string; readonly at: number },
): SavedPlan {
  return {
    kind: 'SavedPlan',
    platform: report.plan.platform,
    sources: [...report.revision.sources],
    ...(from.stateDir === undefined ? {} : { stateDir: from.stateDir }),
    ...(from.host === undefined ? {} : { host: from.host }),
    at: new Date(from.at).toISOString(),
    options: { ...options, names: [...options.names] },
    fingerprint: report.fingerprint,
    plan: report.plan,
  };
}

export async function writeSavedPlan(path: string, saved: SavedPlan): Promise<void> {
  try {
    await writeFile(path, `${JSON.stringify(saved)}\n`, { mode: 0o600 });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ReeveError(`the plan could not be saved: ${why}`, {
      hint: 'name a file in a folder that is there and that this user may write to',
      cause: error,
    });
  }
}

/** The saved plan in a file; undefined where the file is something else, or there is none. */
export async function readSavedPlan(path: string): Promise<SavedPlan | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    // No file of that name: it is the name of a resource.
    return undefined;
  }
  if (!text.startsWith('{"kind":"SavedPlan"')) return undefined;
  const parsed = savedPlan.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new ReeveError(`${path} is a saved plan, but a damaged one`, {
    status: exitStatus.usage,
    hint: `make it anew: reeve plan --out ${path}`,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
