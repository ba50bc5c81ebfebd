// The sheet of `describe`: one fact a line, the label at the left.

import type { ContainerSpec, Healthcheck } from '../../../desired-state/container-spec.ts';
import type { Probe, Workload } from '../../../desired-state/resource.ts';
import { formatDuration } from '../../../desired-state/units.ts';
import type { DescribeReport } from '../../reports/describe.ts';
import { age, clock, flowing, wrap } from '../format.ts';
import type { Screen } from '../screen.ts';
import { limitsText, mountText, portText } from './container-text.ts';
import { failureLines } from './procedures.ts';
import { storyLines } from './story.ts';

const labelWidth = 15;

export function describeView(report: DescribeReport, screen: Screen): string {
  const line = (label: string, value: string | undefined) =>
    value === undefined || value === '' ? [] : [fact(label, value, screen)];
  return [
    screen.paint.strong(report.ref),
    ...line('platform', report.platform),
    ...line('declared', declaredAt(report)),
    ...line('tier', report.tier),
    ...line('held', heldText(report, screen.now)),
    ...(report.suspended ? line('suspended', 'the platform is: reeve changes nothing (reeve status)') : []),
    '',
    ...conditions(report, screen),
    ...container(report, screen),
    ...declared(report, screen),
    ...needs(report, screen),
    ...failureLines(report.lastFailure, screen),
    '',
    screen.paint.strong('last events'),
    ...(report.events.length === 0 ? ['none'] : storyLines(report.events, screen)),
  ].join('\n');
}

function fact(label: string, value: string, { width }: Screen): string {
  return label.padEnd(labelWidth) + wrap(value, width - labelWidth, labelWidth);
}

function declaredAt({ position }: DescribeReport): string {
  return position === undefined
    ? 'no more, by no manifest'
    : `${position.file}:${position.line}:${position.column}`;
}

function heldText({ hold }: DescribeReport, now: number): string | undefined {
  if (hold === undefined) return undefined;
  const until = hold.until === undefined ? 'until released' : `until ${clock(Date.parse(hold.until), now)}`;
  return `${until}, by ${hold.by}${hold.stopped ? ', kept stopped' : ''}${hold.reason === undefined ? '' : `: ${hold.reason}`}`;
}

function conditions({ conditions: all }: DescribeReport, { paint, width, now }: Screen): string[] {
  if (all.length === 0) return ['conditions: none yet, it was not looked at'];
  const rows = all.map((c) => [
    c.type,
    c.status ? 'yes' : 'no',
    c.reason,
    age(now - Date.parse(c.since)),
    c.message,
  ]);
  return flowing([['CONDITION', 'IS', 'REASON', 'FOR', 'MESSAGE'], ...rows], width).map((line, i) =>
    all[i - 1]?.type === 'Degraded' && all[i - 1]?.status === true ? paint.bad(line) : line,
  );
}

function container(
  { live, liveTrouble, attempts, container: name }: DescribeReport,
  screen: Screen,
): string[] {
  const line = (label: string, value: string) => fact(label, value, screen);
  if (liveTrouble !== undefined)
    return ['', line('container', `${name ?? ''} not looked at: ${liveTrouble}`)];
  if (live === undefined) return name === undefined ? [] : ['', line('container', `${name}: there is none`)];
  const exit = live.exitCode === undefined ? '' : `, exit status ${live.exitCode}`;
  const health = live.health === undefined ? '' : `, ${live.health}`;
  const addresses = Object.entries(live.addresses).map(
    ([network, ip]) => `${network} ${ip === '' ? '-' : ip}`,
  );
  return [
    '',
    line('container', `${live.name} (${live.id.slice(0, 12)})`),
    line('state', `${live.state}${health}${exit}, made ${age(screen.now - Date.parse(live.createdAt))} ago`),
    line('runs image', `${live.image} (${shortImage(live.imageId)})`),
    ...(addresses.length === 0 ? [] : [line('addresses', addresses.join(', '))]),
    ...(attempts === undefined || attempts.count === 0
      ? []
      : [line('restarts', `${attempts.count} lately; the last because: ${attempts.lastFailure}`)]),
  ];
}

function shortImage(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}

function declared({ declared: resource, pin, digest }: DescribeReport, screen: Screen): string[] {
  if (resource === undefined) return [];
  const line = (label: string, value: string | undefined) =>
    value === undefined || value === '' ? [] : [fact(label, value, screen)];
  const common = [
    ...(resource.protect ? line('protected', 'never removed nor recreated') : []),
    ...(resource.drift.mode === 'heal' ? [] : line('drift', resource.drift.mode)),
  ];
  if (resource.kind === 'Model') {
    return ['', ...line('model', resource.model), ...line('server', resource.server), ...common];
  }
  if (resource.kind === 'Network' || resource.kind === 'Volume') {
    const external = resource.external ? ' (external: neither made nor removed)' : '';
    return [
      '',
      ...line('on the engine', `${resource.engineName}${external}`),
      ...line('driver', resource.driver),
      ...common,
    ];
  }
  return ['', ...workload(resource, pin, line), ...line('digest', digest), ...common];
}

function workload(
  resource: Workload,
  pin: string | undefined,
  line: (label: string, value: string | undefined) => string[],
): string[] {
  const { container: spec } = resource;
  const pinned = pin === undefined ? '' : `, pinned to ${shortImage(pin)}`;
  return [
    ...line('image', `${spec.image}${pinned}`),
    ...line('command', spec.command?.join(' ')),
    ...line('class', resource.agentClass),
    ...line('model', resource.model),
    ...line('limits', limitsText(spec.resources)),
    ...line('ports', spec.ports.map(portText).join(', ')),
    ...line('mounts', spec.mounts.map(mountText).join(', ')),
    ...line('networks', spec.networkMode ?? Object.keys(spec.networks).join(', ')),
    ...line('restart', restartText(spec)),
    ...line('healthcheck', healthText(spec.healthcheck)),
    ...line('probe', probeText(resource.probe)),
  ];
}

function restartText({ restart }: ContainerSpec): string {
  return restart.maxRetries === undefined ? restart.name : `${restart.name}, ${restart.maxRetries} times`;
}

function healthText(check: Healthcheck | undefined): string | undefined {
  if (check === undefined) return undefined;
  const every = check.intervalMs === undefined ? '' : ` every ${formatDuration(check.intervalMs)}`;
  return `${check.test.slice(1).join(' ') || check.test[0]}${every}`;
}

function probeText(probe: Probe | undefined): string | undefined {
  if (probe === undefined) return undefined;
  return `${probeWay(probe)} every ${formatDuration(probe.everyMs)}, within ${formatDuration(probe.timeoutMs)}, failing after ${probe.threshold} in a row`;
}

function probeWay({ http, tcp, postgres, redis, exec }: Probe): string {
  if (http !== undefined) return `http :${http.port}${http.path}`;
  if (tcp !== undefined) return `tcp :${tcp.port}`;
  if (postgres !== undefined) return `postgres :${postgres.port} ${postgres.database} as ${postgres.user}`;
  if (redis !== undefined) return `redis :${redis.port}`;
  return `exec ${exec?.command.join(' ')}`;
}

function needs({ needs: all, neededBy }: DescribeReport, screen: Screen): string[] {
  const lines = all.map((need, i) =>
    fact(i === 0 ? 'needs' : '', `${need.ref} ${need.condition}: is ${need.state} (${need.reason})`, screen),
  );
  const shown = neededBy.slice(0, 6).join(', ');
  const more = neededBy.length > 6 ? ` and ${neededBy.length - 6} more` : '';
  return [
    ...(lines.length + neededBy.length === 0 ? [] : ['']),
    ...lines,
    ...(neededBy.length === 0 ? [] : [fact('needed by', shown + more, screen)]),
  ];
}
