// A load: from `-f` arguments to one revision, or to every mistake there is. Owns the order of the steps; reads no clock.

import { basename, dirname, resolve } from 'node:path';
import { loadComposeProject } from './compose/project.ts';
import { compareDiagnostics, type Diagnostic } from './diagnostic.ts';
import { interpolateTree } from './interpolate.ts';
import type { LoadRequest, LoadResult } from './load-types.ts';
import { type ManifestDocument, readDocument } from './manifest/document.ts';
import type { ResolveContext } from './resolve/context.ts';
import { type Declared, type Defaults, nothingDeclared } from './resolve/declared.ts';
import { type ComposeSource, declareCompose } from './resolve/from-compose.ts';
import { declareManifests } from './resolve/from-manifests.ts';
import { resolvePolicy } from './resolve/policy.ts';
import { resolveAll } from './resolve/resources.ts';
import type { Resource } from './resource.ts';
import { contentHash, type Revision } from './revision.ts';
import { displayOf, findSources, type SourceFile, type Sources } from './sources.ts';
import { childOf } from './tree.ts';
import { validate } from './validate/validate.ts';
import { makeVariables, type Variables } from './variables.ts';
import { parseYaml } from './yaml/parse.ts';

/** Loads everything that `request` names. Never throws for bad input. */
export async function load(request: LoadRequest): Promise<LoadResult> {
  const { cwd } = request;
  const display = (path: string): string => displayOf(path, cwd);
  const sources = findSources(request.paths, cwd);
  const diagnostics: Diagnostic[] = [...sources.diagnostics];
  const variables = makeVariables(request.env, display);
  const documents = readManifests(sources, variables, diagnostics);
  const platform = documents.find((d) => d.kind === 'Platform');
  const files = new Set(sources.files);
  const compose = readCompose(request, sources, platform, variables, diagnostics, files);
  const name = request.platform ?? platform?.name ?? compose?.project.name ?? basename(resolve(cwd));
  const context: ResolveContext = {
    platform: name,
    policy: resolvePolicy(platform?.kind === 'Platform' ? platform.spec?.value?.policy : undefined),
    variables,
    digest: request.digest,
    display,
    diagnostics,
    files,
    complete:
      sources.complete && !diagnostics.some((d) => d.severity === 'error' && d.code.startsWith('File')),
  };
  const declared = declareAll(context, documents, platform, compose);
  const { resources, secrets } = resolveAll(context, declared);
  validate(context, documents, declared, resources);
  diagnostics.push(...variables.diagnostics);
  for (const file of variables.files) files.add(file);
  const said = distinct(diagnostics);
  if (said.some((d) => d.severity === 'error'))
    return { ok: false, diagnostics: said, files: [...files].sort() };
  const revision = revisionOf(request, context, sources, resources, said);
  return { ok: true, loaded: { revision, secrets } };
}

function readManifests(
  sources: Sources,
  variables: Variables,
  diagnostics: Diagnostic[],
): ManifestDocument[] {
  return sources.manifests.flatMap((file) => {
    const parsed = parseYaml(file.text, file.display);
    diagnostics.push(...parsed.diagnostics);
    const lookup = variables.lookupIn(file.baseDir);
    return parsed.documents.flatMap((root) => {
      const filled = interpolateTree(root, lookup, variables.noteRead);
      diagnostics.push(...filled.diagnostics);
      const { document, diagnostics: wrong } = readDocument(filled.node, file);
      diagnostics.push(...wrong);
      return document === undefined ? [] : [document];
    });
  });
}

function readCompose(
  request: LoadRequest,
  sources: Sources,
  platform: ManifestDocument | undefined,
  variables: Variables,
  diagnostics: Diagnostic[],
  files: Set<string>,
): ComposeSource | undefined {
  const named = composeOf(platform);
  const all: readonly SourceFile[] = [...named, ...sources.compose];
  const [first] = all;
  if (first === undefined) return undefined;
  const given = request.platform ?? platform?.name;
  const project = loadComposeProject({
    files: all.map((f) => f.path),
    cwd: request.cwd,
    env: request.env,
    projectDirectory: dirname(first.path),
    ...(given === undefined ? {} : { name: given }),
  });
  diagnostics.push(...project.diagnostics);
  for (const file of project.files) files.add(file);
  for (const name of project.reads) variables.noteRead(name);
  const origins = new Map(all.map((f) => [f.display, f.origin]));
  return { project, originOf: (file) => origins.get(file) ?? first.origin };
}

/** Compose files that the Platform names; they came by the argument that brought the Platform. */
function composeOf(platform: ManifestDocument | undefined): SourceFile[] {
  if (platform?.kind !== 'Platform' || platform.spec === undefined) return [];
  const { file } = platform;
  const folder = dirname(file.display);
  return (platform.spec.value.compose ?? []).map((path) => ({
    path: resolve(file.baseDir, path),
    display: folder === '.' ? path : `${folder}/${path}`,
    origin: file.origin,
    baseDir: dirname(resolve(file.baseDir, path)),
  }));
}

function declareAll(
  context: ResolveContext,
  documents: readonly ManifestDocument[],
  platform: ManifestDocument | undefined,
  compose: ComposeSource | undefined,
): Declared {
  const declared = nothingDeclared();
  const defaults = defaultsOf(platform);
  declareManifests(context, documents, defaults, declared);
  if (compose !== undefined) declareCompose(context, compose, defaults, declared);
  return declared;
}

function defaultsOf(platform: ManifestDocument | undefined): Defaults | undefined {
  if (platform?.spec === undefined) return undefined;
  const node = childOf(platform.spec.node, 'defaults');
  return node?.kind === 'map' ? { node, baseDir: platform.file.baseDir } : undefined;
}

/** One mistake is said once, however many ways led to it. */
function distinct(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Map<string, Diagnostic>();
  for (const d of diagnostics) seen.set(`${d.file}:${d.line}:${d.column}:${d.message}`, d);
  return [...seen.values()].sort(compareDiagnostics);
}

function revisionOf(
  request: LoadRequest,
  context: ResolveContext,
  sources: Sources,
  resources: readonly Resource[],
  said: readonly Diagnostic[],
): Revision {
  const { platform, policy, variables, digest, files } = context;
  // Where something stands is no part of what it is.
  const content = resources.map(({ position: _p, origin: _o, ...rest }) => {
    const {
      positions: _ps,
      dependsOn,
      ...what
    } = rest as typeof rest & { positions?: unknown; dependsOn?: readonly { position: unknown }[] };
    return dependsOn === undefined
      ? what
      : { ...what, dependsOn: dependsOn.map(({ position: _dp, ...d }) => d) };
  });
  const found = [...sources.manifests, ...sources.compose].map((f) => f.origin);
  const absolute = (origin: string): string => resolve(request.cwd, origin);
  const named = (request.paths.length > 0 ? request.paths : found).map(absolute);
  return {
    id: `r${contentHash({ platform, policy, resources: content })}`,
    platform,
    policy,
    sources: [...new Set(named)].sort(),
    resources: resources.map((resource) => ({ ...resource, origin: absolute(resource.origin) })),
    reads: variables.reads(digest),
    warnings: said,
    files: [...files].sort(),
  };
}
