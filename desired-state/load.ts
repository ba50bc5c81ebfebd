// A load: from `-f` arguments to one revision, or to every mistake there is. Owns the order of the steps; reads no clock.

import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { normalizeName } from './compose/name.ts';
import { loadComposeProject } from './compose/project.ts';
import { compareDiagnostics, type Diagnostic, place } from './diagnostic.ts';
import { interpolateTree } from './interpolate.ts';
import { atHome, linksAtHome, ofCommit } from './load-copy.ts';
import { linkOnDisk, realPathsOf } from './load-real-paths.ts';
import { displayOf, findSources, type SourceFile, type Sources } from './load-sources.ts';
import type { LoadRequest, LoadResult } from './load-types.ts';
import { type DocumentOf, type Hidden, type ManifestDocument, readDocument } from './manifest/document.ts';
import { platformName as platformNameSchema } from './manifest/parts.ts';
import { deniedDiagnostics, policyFindings } from './policy/findings.ts';
import type { ResolveContext } from './resolve/context.ts';
import { type Declared, type Defaults, nothingDeclared } from './resolve/declared.ts';
import { type ComposeSource, declareCompose } from './resolve/from-compose.ts';
import { declareManifests } from './resolve/from-manifests.ts';
import { resolvePolicy } from './resolve/policy.ts';
import { resolveAll } from './resolve/resources.ts';
import { rewritesOf } from './resolve/rewrite.ts';
import { type Resource, withoutPlaces } from './resource.ts';
import { contentHash, type Policy, type Revision } from './revision.ts';
import { childOf, type Node, nodeAt } from './tree.ts';
import { withUnsetHints } from './unset-hints.ts';
import { validate } from './validate/validate.ts';
import { makeVariables, type Variables } from './variables.ts';
import { parseYaml } from './yaml/parse.ts';

/** Loads everything that `request` names. Never throws for bad input. */
export async function load(request: LoadRequest): Promise<LoadResult> {
  const { cwd } = request;
  const display = (path: string): string => displayOf(path, cwd);
  const sources = findSources(request);
  const diagnostics: Diagnostic[] = [...sources.diagnostics];
  const files = new Set(sources.files);
  const variables = makeVariables(request.env, display);
  const manifests = readManifests(sources, variables, diagnostics);
  const { documents } = manifests;
  const platform = documents.find((d) => d.kind === 'Platform');
  const named = composeFilesOf(request, platform, diagnostics);
  const compose = readCompose(request, sources, named, variables, files, platform?.name);
  diagnostics.push(...(compose?.project.diagnostics ?? []));
  const name = platformName(request, platform?.name ?? compose?.project.name, diagnostics);
  const { copy } = request;
  const context: ResolveContext = {
    platform: name,
    policy: policyOf(request, platform),
    rewrites: rewritesOf({ diagnostics }, rewriteNode(platform)),
    variables,
    digest: request.digest,
    display,
    rankOf: rankIn(sources, platform),
    diagnostics,
    files,
    atHome: (path) => (copy === undefined ? path : atHome(path, copy, copy.livesAt(name))),
    decrypted: request.decrypted ?? new Map(),
    digests: new Map(),
    // A service of the wrong shape is left out of its project: what refers to it is not at fault.
    hidden: manifests.hidden,
    complete: sources.complete && manifests.complete && !hasErrors(compose?.project.diagnostics ?? []),
  };
  const declared = declareAll(context, documents, platform, compose);
  const { resources, secrets } = resolveAll(context, declared);
  validate(context, documents, declared, resources);
  diagnostics.push(...variables.diagnostics);
  for (const file of variables.files) files.add(file);
  const said = withUnsetHints(distinct(diagnostics));
  const canonical = sources.manifests.length > 0 ? undefined : compose?.project.canonical;
  const alone = canonical === undefined ? {} : { compose: canonical };
  if (hasErrors(said)) return { ok: false, diagnostics: said, files: [...files].sort(), ...alone };
  const revision = revisionOf(request, context, sources, resources, said);
  const denied = deniedDiagnostics(policyFindings(revision));
  if (denied.length > 0) {
    const all = distinct([...said, ...denied]);
    return { ok: false, diagnostics: all, files: [...files].sort(), denied: revision, ...alone };
  }
  return { ok: true, loaded: { revision, secrets }, ...alone };
}

/** Relative paths of Compose files start in the project's folder: what lies there may be mounted. */
function policyOf(
  { cwd, projectDirectory }: LoadRequest,
  platform: DocumentOf<'Platform'> | undefined,
): Policy {
  const { policy: written, images } = platform?.spec?.value ?? {};
  const policy = resolvePolicy(written, images, platform?.file.baseDir);
  if (projectDirectory === undefined) return policy;
  return { ...policy, allowedMounts: [...policy.allowedMounts, resolve(cwd, projectDirectory)] };
}

function rewriteNode(platform: DocumentOf<'Platform'> | undefined): Node | undefined {
  const images = platform?.spec === undefined ? undefined : childOf(platform.spec.node, 'images');
  return images && childOf(images, 'rewrite');
}

/** What Compose files bring in, and those that a Platform names, come with the file that names them. */
function rankIn({ order, compose }: Sources, platform: ManifestDocument | undefined) {
  const ranks = new Map(order.map((file, index) => [file, index]));
  const naming = compose[0]?.display ?? platform?.file.display ?? '';
  return (file: string): number => ranks.get(file) ?? ranks.get(naming) ?? 0;
}

function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((d) => d.severity === 'error');
}

/** `-p`, the Platform's or the Compose project's name, else what Compose would make of the folder's. */
function platformName(request: LoadRequest, declared: string | undefined, diagnostics: Diagnostic[]): string {
  const folder = basename(resolve(request.cwd));
  const name = request.platform ?? declared ?? normalizeName(folder);
  const place = { severity: 'error', file: '-p', line: 1, column: 1 } as const;
  if (request.platform !== undefined && !platformNameSchema.safeParse(name).success) {
    const message = `"${name}" is no name for a platform; expected lower-case letters, digits, "_" and "-", beginning with a letter or digit`;
    diagnostics.push({ ...place, code: 'BadName', message });
    return normalizeName(name);
  }
  if (name === '') {
    const message = `no name for a platform can be made of the folder "${folder}"`;
    diagnostics.push({
      ...place,
      code: 'MissingName',
      message,
      hint: 'declare kind: Platform, or give -p NAME',
    });
  }
  return name;
}

interface Manifests {
  readonly documents: ManifestDocument[];
  readonly hidden: readonly Hidden[];
  /** false: some file is not even YAML. */
  readonly complete: boolean;
}

function readManifests(sources: Sources, variables: Variables, diagnostics: Diagnostic[]): Manifests {
  let complete = true;
  const hidden: Hidden[] = [];
  const documents = sources.manifests.flatMap((file) => {
    const parsed = parseYaml(file.text, file.display);
    complete &&= !hasErrors(parsed.diagnostics);
    diagnostics.push(...parsed.diagnostics);
    if (parsed.documents.length + parsed.diagnostics.length === 0) diagnostics.push(emptyFile(file));
    const lookup = variables.lookupIn(file.baseDir);
    return parsed.documents.flatMap((root) => {
      // Names are noted by the lookup itself.
      const filled = interpolateTree(root, lookup, () => {});
      const { document, hidden: lost, diagnostics: wrong } = readDocument(filled.node, file);
      diagnostics.push(...filled.diagnostics, ...wrong);
      if (lost !== undefined) hidden.push(lost);
      return document ?? [];
    });
  });
  return { documents, hidden, complete };
}

/** Cut short by a full disk, or saved before it was written: nothing that it declared is declared any more. */
function emptyFile({ display: file }: SourceFile): Diagnostic {
  const message = 'this file is empty or all comments: it declares nothing';
  return { severity: 'warning', code: 'DeclaresNothing', file, line: 1, column: 1, message };
}

function readCompose(
  request: LoadRequest,
  sources: Sources,
  named: readonly NamedFile[],
  variables: Variables,
  files: Set<string>,
  platform: string | undefined,
): ComposeSource | undefined {
  const all = [...named, ...sources.compose];
  const [first] = all;
  if (first === undefined) return undefined;
  const name = request.platform ?? platform;
  const project = loadComposeProject({
    files: all.map((f) => f.path),
    cwd: request.cwd,
    env: request.env,
    projectDirectory: request.projectDirectory ?? first.baseDir,
    discovered: sources.discovered,
    namedAt: new Map(named.map((f) => [f.path, f.namedAt])),
    ...(name === undefined ? {} : { name }),
  });
  for (const file of project.files) files.add(file);
  for (const read of project.reads) variables.noteRead(read);
  const origins = new Map(all.map((f) => [f.display, f.origin]));
  return { project, originOf: (file) => origins.get(file) ?? first.origin };
}

interface NamedFile extends SourceFile {
  readonly namedAt: Node;
}

/** Compose files that the Platform names; they came by the argument that brought the Platform. */
function composeFilesOf(
  request: LoadRequest,
  platform: DocumentOf<'Platform'> | undefined,
  diagnostics: Diagnostic[],
): NamedFile[] {
  if (platform?.spec === undefined) return [];
  const { file, spec } = platform;
  return (spec.value.compose ?? []).flatMap((written, index) => {
    const path = resolve(file.baseDir, written);
    const namedAt = nodeAt(spec.node, ['compose', index]);
    const { position } = namedAt;
    if (existsSync(path)) {
      const display = displayOf(path, request.cwd);
      return [{ path, display, origin: file.origin, baseDir: dirname(path), namedAt }];
    }
    const message = `compose: file ${written} not found`;
    diagnostics.push({ severity: 'error', code: 'FileMissing', ...position, message });
    return [];
  });
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

/** What cannot be read as a value at all: whatever else is said about that value is an echo. */
const unreadable = new Set([
  'AliasBomb',
  'BadAlias',
  'BadInterpolation',
  'RequiredVariable',
  'UnknownAlias',
  'UnknownTag',
]);

/** One mistake is said once, however many ways led to it. */
function distinct(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const lost = new Set(diagnostics.filter((d) => unreadable.has(d.code)).map(place));
  const seen = new Map<string, Diagnostic>();
  for (const d of diagnostics) {
    if (lost.has(place(d)) && !unreadable.has(d.code)) continue;
    // One file may be named as it is written, and by its whole path.
    seen.set(`${place(d)}: ${d.code.startsWith('File') ? d.code : d.message}`, d);
  }
  return [...seen.values()].sort(compareDiagnostics);
}

function revisionOf(
  request: LoadRequest,
  context: ResolveContext,
  sources: Sources,
  resources: readonly Resource[],
  said: readonly Diagnostic[],
): Revision {
  const { platform, variables, digest, files } = context;
  const found = [...sources.manifests, ...sources.compose].map((f) => f.origin);
  const absolute = (origin: string): string => resolve(request.cwd, origin);
  const named = (request.paths.length > 0 ? request.paths : found).map(absolute);
  const read = {
    platform,
    policy: context.policy,
    sources: [...new Set(named)].sort(),
    resources: resources.map((resource) => ({ ...resource, origin: absolute(resource.origin) })),
    reads: variables.reads(digest),
    warnings: said,
    files: [...files].sort(),
  };
  const { copy } = request;
  const revision = copy === undefined ? read : ofCommit(copy, read);
  const linkAt = copy === undefined ? linkOnDisk : linksAtHome(copy, copy.livesAt(platform));
  return { id: idOf(revision), ...revision, ...realPathsOf(revision, linkAt) };
}

function idOf({ platform, policy, resources }: Omit<Revision, 'id'>): string {
  const content = resources.map(withoutPlaces);
  return `r${contentHash({ platform, policy, resources: content })}`;
}
