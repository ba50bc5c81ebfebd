// What each command's JSON holds, in words: the source of the reference pages, and checked against the reports by a test.

const resource: Fields = {
  ref: '`Agent/x`: kind and name',
  kind: 'kind',
  name: 'name',
  tier: '`core`, `critical` or `standard`; only workloads',
  ready: 'true: it can be used',
  held: 'true: a person holds it',
  state: '`ready`, `progressing`, `degraded`, `waiting` or `unknown`',
  reason: 'stable CamelCase word of the condition that matters most',
  message: 'that condition in words',
  since: 'since when it has stood',
  container: "container's name as declared",
  containerId: "container's id as last seen",
};

type Fields = Readonly<Record<string, string>>;

/** Command → field → meaning. Times are ISO 8601; a field that does not apply is absent. */
export const jsonFields: Readonly<Record<string, Fields>> = {
  validate: {
    valid: 'true: no errors',
    platform: "the platform's name; only where valid",
    revision: 'id of the revision they come to; only where valid',
    diagnostics: 'list of `{file, line, column, severity, code, message, hint}`, sorted',
    policy: 'what the policy warns of; fields as `findings` in `policy`; only where valid',
  },
  store: {
    platform: "the platform's name",
    store:
      'the file, or the database without its password and the schema in it; all of this of `store check`',
    schema: 'the last change of its tables that it has seen',
    rows: 'table → how many rows it has',
    oldest: 'when its oldest event happened first',
    newest: 'when its newest event happened last',
    problems: 'what is wrong with it, in words; the exit status is 1 where there is any',
  },
  policy: {
    platform: "the platform's name",
    workloads: 'services and agents, each replica counted',
    denied: 'findings that the policy denies; the exit status is 65 where there are any',
    warned: 'findings that it warns of',
    exempt: 'findings that an exemption lets pass',
    rules:
      'by rule, the gravest first: `{rule, action, words, remedy, findings, workloads, groups, exempt}`; a group is `{detail, refs, at}`',
    idleExemptions: 'exemptions that nothing needs: `{resource, rules, reason}`',
    capacity:
      '`{host, reserved, aboveHost}`: CPUs and bytes of memory that the host has and that are reserved, and limits above the host; absent: no engine answered',
    findings: 'list of `{rule, action, ref, detail, position, exempt}`, never a value',
  },
  resolve: {
    platform: "the platform's name",
    sources: 'absolute paths of what was named with -f',
    policy: 'settings with defaults filled in',
    resources: 'all resources as resolved; a secret is its name, never its value',
  },
  plan: {
    platform: "the platform's name",
    revision: 'revision that it brings in force',
    fingerprint: 'binds a saved plan to the world it was made from',
    changedVariables: 'names of shell variables that were read with another value than last time',
    policy: 'what the policy warns of, counted in one line; absent: nothing',
    plan: '`{steps, warnings, blocked, statuses, reported, nextAt}`; a step is `{id, ref, op, wave, cause, after, needs, interrupts, args}`',
  },
  apply: {
    ok: 'true: all is ready',
    revision: 'revision now in force',
    stepsDone: 'steps that changed something',
    ready: 'resources that are ready',
    total: 'resources it was about',
    ms: 'how long it took, milliseconds',
    failures: 'list of `{ref, reason, message, logLines, next}`',
    blocked: '`{reason, message}` where nothing was done',
  },
  status: {
    platform: "the platform's name",
    at: 'when this was read',
    seen: '`controller`: kept up to date by one; `observed`: looked at just now; `remembered`: as last seen',
    revision: '`{id, inForceSince, by, sources}`',
    controller: '`{pid, version, startedAt, sources}`; absent: none runs',
    suspended: '`{since, by, reason, endedBy, why}`; absent: it is not',
    failedOver:
      'what a standby stands in for: `{ref, to, alias, network, phase, since, by}`; phase `starting`, `serving` or `returning`',
    held: 'list of `{ref, since, until, stopped, by, reason}`',
    total: 'resources',
    ready: 'resources that are ready',
    counts: 'resources by state',
    notReady: 'resources that are not ready, worst first; fields as in `get`',
    platformConditions: "the platform's own conditions that are bad: `{type, reason, message, since}`",
    outdatedJobs:
      'jobs that are done and whose volumes were made anew since: `{ref, volumes}`; `reeve rerun REF` runs them again',
    pendingSteps: 'steps that apply would do; only where it was looked at just now',
    trouble: 'why it could not be looked at',
    decisions:
      "procedures that wait for a person's word: `{id, kind, state, by, beganAt, message, done, total, choices, nextDeadline}`",
    warnings: 'last Warning events; fields as in `events`',
  },
  get: {
    platform: "the platform's name",
    seen: 'as in `status`',
    resources: 'list; each with the fields below',
    ...prefixed('resources[].', resource),
  },
  describe: {
    ...resource,
    platform: "the platform's name",
    at: 'when this was read',
    conditions: 'list of `{type, status, reason, message, since}`',
    needs: 'list of `{ref, condition, state, reason}`',
    neededBy: 'refs of what needs it',
    hold: '`{since, until, stopped, by, reason}`; absent: not held',
    suspended: 'true: the platform is suspended',
    declared: 'the resource as resolved; absent: declared no more',
    position: '`{file, line, column}` in the manifests',
    pin: 'image id that its tag meant when it came in force',
    attempts: '`{count, notBefore, lastFailure}`: restarts lately',
    live: '`{id, name, state, health, exitCode, image, imageId, createdAt, addresses}`: the container now',
    liveTrouble: 'why the container could not be looked at',
    lastFailure:
      'its newest recovery: `{id, state, message, choices, beganAt, endedAt, details}`; a detail is `{name, at, lines}`: `verdict`, `failed` and `log`, kept when the container is gone',
    events: 'last events; fields as in `events`',
  },
  events: {
    platform: "the platform's name",
    events: 'list, oldest first; with --follow one object a line instead',
    'events[].seq': 'number of the event',
    'events[].at': 'when it last happened',
    'events[].firstAt': 'when it first happened',
    'events[].count': 'how often since then',
    'events[].type': '`Normal` or `Warning`',
    'events[].reason': 'stable CamelCase word',
    'events[].regarding': 'what it is about',
    'events[].message': 'in words',
    'events[].by': 'who or what: `reeve`, `engine`, `root@host (apply)`',
    'events[].revision': 'revision in force then',
    'events[].pass': 'id of the reconcile, as in the log',
    'events[].detail': 'cause: manifest position, fields, steps',
  },
  explain: {
    platform: "the platform's name",
    ref: 'what it is about',
    at: 'when this was read',
    now: 'its state; fields as in `get`',
    declared: '`{position, revision, inForceSince, by}`',
    hold: 'as in `describe`',
    suspended: '`{by, reason}`; absent: the platform is not',
    failover: 'as in `status`, of it or of what it stands in for; absent: nobody stands in',
    roots: 'what it waits for that is itself broken; fields as in `get`',
    nextTryAt: 'when reeve tries again',
    lastFailure: 'as in `describe`',
    story: 'events, newest last; fields as in `events`',
    next: 'list of `{command, why}`',
  },
  history: {
    platform: "the platform's name",
    revisions: 'newest first: `{id, inForceAt, by, sources, resources}`',
    plans:
      'newest first: `{id, at, endedAt, by, revision, done, failed, total, steps}`; a step is `{id, ref, op, cause, outcome, message}`',
  },
  graph: {
    platform: "the platform's name",
    nodes: 'list of `{ref, tier}`',
    edges: 'list of `{from, to, condition}`: `from` needs `to`',
  },
};

function prefixed(prefix: string, fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([field, meaning]) => [prefix + field, meaning]));
}
