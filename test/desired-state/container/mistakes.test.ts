// Each mistake in a container's fields, with its exact place and words.

import { expect, test } from 'vitest';
import { normalized } from '../../support/containers.ts';

const publishedRange = 'expected 1 to 65535 or a range, for example "8080:80" or "3000-3005"';
const duration = 'expected a number with a unit, for example 30s or 1m30s';
const size = 'expected bytes or a number with a unit, for example 512m or 2g';
const restart = 'expected no, always, unless-stopped, on-failure or on-failure:N';

/** Fields below `image: a` on line 1 → what is told. */
const mistakes: Record<string, readonly string[]> = {
  'healthcheck: {test: x, interval: 5x}': [`f:2:34: bad duration "5x", ${duration}`],
  'healthcheck: {test: x, timeout: 100ns}': ['f:2:33: bad duration "100ns", expected 0 or at least 1ms'],
  'healthcheck: {test: [curl, x]}': [
    'f:2:22: bad healthcheck test: it begins with "curl", expected CMD, CMD-SHELL or NONE; put "CMD" before it, or write the test as one text',
  ],
  'healthcheck: {test: x, retries: -1}': [
    'f:2:33: bad number "-1", expected a whole number from 0 to 2147483647',
  ],
  'stop_grace_period: 10': [`f:2:20: bad duration "10", ${duration}`],
  'stop_signal: SIGFOO': ['f:2:14: bad signal "SIGFOO", expected for example SIGTERM or SIGINT'],
  'mem_limit: 5x': [`f:2:12: bad size "5x", ${size}`],
  'shm_size: -1': [`f:2:11: bad size "-1", ${size}`],
  'memswap_limit: 1g': ['f:2:16: memswap_limit without a memory limit, expected mem_limit beside it'],
  'mem_limit: 2g\nmemswap_limit: 1g': [
    'f:3:16: bad size "1g": memory and swap together are less than the memory limit of 2147483648 bytes',
  ],
  'mem_limit: 1g\nmem_reservation: 2g': [
    'f:3:18: reserved memory "2g" is more than the limit, expected at most 1g',
  ],
  'cpus: -1': ['f:2:7: bad number of CPUs "-1", expected for example 0.5 or 2'],
  'cpus: many': ['f:2:7: bad number of CPUs "many", expected for example 0.5 or 2'],
  'cpuset: a-b': ['f:2:9: bad CPU set "a-b", expected for example 0-3 or 0,1'],
  'pids_limit: 1.5': ['f:2:13: bad number "1.5", expected a whole number from -1 to 4194304'],
  'oom_score_adj: 5000': ['f:2:16: bad number "5000", expected a whole number from -1000 to 1000'],
  'mem_limit: 1g\ndeploy: {resources: {limits: {memory: 2g}}}': [
    'f:3:39: mem_limit is "1g" but deploy.resources.limits.memory is "2g", expected one value; take one of the two away',
  ],
  'cpus: 1\ndeploy: {resources: {reservations: {cpus: 2}}}': [
    'f:3:37: warning: deploy.resources.reservations.cpus has no effect without Swarm',
    'f:3:43: reserved CPUs "2" are more than the limit, expected at most 1',
  ],
  'restart: sometimes': [`f:2:10: bad restart policy "sometimes", ${restart}`],
  'restart: always:3': [`f:2:10: bad restart policy "always:3", ${restart}`],
  'restart: on-failure:x': [`f:2:10: bad restart policy "on-failure:x", ${restart}`],
  'restart: false': [`f:2:10: bad restart policy "false", ${restart}; write "no"`],
  'deploy: {restart_policy: {condition: often}}': [
    'f:2:38: bad restart condition "often", expected none, on-failure or any',
  ],
  'provider: {type: cloud}': [
    'f:2:1: provider is not supported; declare what it provides as a service of its own',
  ],
  'develop: {watch: []}\nmodels: [m]': [
    'f:2:1: warning: develop has no effect: reeve keeps what runs and does not watch sources',
    'f:3:1: warning: models is not acted on yet; declare a kind: Model',
  ],
  'ports: ["70000:80"]': [`f:2:9: bad port "70000", ${publishedRange}`],
  'ports: ["0"]': [`f:2:9: bad port "0", ${publishedRange}`],
  'ports: ["90-80"]': [`f:2:9: bad port "90-80", ${publishedRange}`],
  'ports: ["80/icmp"]': ['f:2:9: bad protocol "icmp", expected tcp, udp or sctp'],
  'ports: ["300.0.0.1:80:80"]': ['f:2:9: bad host address "300.0.0.1", expected an IP address'],
  'ports: ["80-82:80-81"]': [
    'f:2:9: bad ports "80-82:80-81": 3 host ports for 2 container ports, expected as many of both, or one container port',
  ],
  'ports:\n  - 80:80\n  - {target: 80, published: http}': [`f:4:29: bad port "http", ${publishedRange}`],
  'expose: [http]': [`f:2:10: bad port "http", ${publishedRange}`],
  'volumes: ["a:b:c:d"]': [
    'f:2:11: bad volume "a:b:c:d", expected [source:]target[:options], for example "data:/var/lib/data:ro"',
  ],
  'volumes: ["data:rel"]': ['f:2:11: bad mount target "rel", expected an absolute path in the container'],
  'volumes: ["data:/"]': ['f:2:11: bad mount target "/", expected a path below the root'],
  'volumes: ["a:/d", "b:/d/"]': ['f:2:19: /d is mounted already, expected one mount a path'],
  'volumes: ["a:/d:readonly"]': [
    'f:2:11: warning: unknown mount option "readonly", expected ro, rw, nocopy or a propagation',
  ],
  'volumes: [{type: bind, target: /d}]': ['f:2:11: a bind mount needs a source, expected a host path'],
  'volumes: [{type: bind, source: /a, target: /d, bind: {recursive: x, selinux: y}}]': [
    'f:2:66: bad recursive "x", expected enabled, disabled, writable or readonly',
    'f:2:78: bad selinux "y", expected z or Z',
  ],
  'volumes: [{type: tmpfs, target: /d, tmpfs: {mode: 999}}]': [
    'f:2:51: bad file mode "999", expected octal digits, for example 0755',
  ],
  'devices: ["/dev/a:/dev/b:x"]': [
    'f:2:11: bad device "/dev/a:/dev/b:x", expected source[:target[:permissions]], for example "/dev/ttyUSB0:/dev/ttyUSB0:rwm"',
  ],
  'ulimits: {nofile: {soft: 5, hard: 4}}': [
    'f:2:19: bad ulimit nofile: soft 5 is above hard 4, expected at most that',
  ],
  'network_mode: "front:"': [
    'f:2:15: bad network mode "front:", expected none, host, bridge, service:NAME, container:NAME or a network',
  ],
  'network_mode: host\nnetworks: [a]': [
    'f:2:15: network_mode and networks exclude each other, expected one of the two',
  ],
  'networks: {a: {ipv4_address: "::1"}}': ['f:2:30: bad address "::1", expected an IPv4 address'],
  'extra_hosts: ["a"]': [
    'f:2:15: bad extra host "a", expected a name and an IP address, for example "db:10.0.0.5"',
  ],
  'pid: other': ['f:2:6: bad value "other", expected host, container:NAME, service:NAME'],
  'container_name: -a': [
    'f:2:17: bad container name "-a", expected two or more of letters, digits, "_", "." and "-", the first a letter or digit',
  ],
  'container_name: a': [
    'f:2:17: bad container name "a", expected two or more of letters, digits, "_", "." and "-", the first a letter or digit',
  ],
  'working_dir: app': ['f:2:14: bad working_dir "app", expected an absolute path in the container'],
  'command: "a \'b"': ['f:2:10: bad command: expected closed quotes, and no stray \\ or parenthesis'],
  'init: maybe': ['f:2:7: bad value "maybe", expected true or false'],
  'environment: ["=x"]': ['f:2:15: bad entry: it has no name, expected KEY=value'],
  'env_file: none.env': ['f:2:11: none.env: file not found'],
  'security_opt: [seccomp:none.json]': ['f:2:16: none.json: file not found'],
  'secrets: [a, {source: b, target: a}]': [
    'f:2:14: /run/secrets/a is taken already, expected one file a path',
  ],
  'secrets: [{source: a, mode: x}]': ['f:2:29: bad file mode "x", expected octal digits, for example 0755'],
  'deploy: {replicas: x}': ['f:2:20: bad number "x", expected a whole number from 0 to 10000'],
  'build: {context: ., provenance: true}': [
    "f:2:21: warning: build.provenance has no effect: it needs BuildKit, and the engine's own builder is used",
  ],
  'volumes_from: ["a:rx"]': [
    'f:2:16: bad volumes_from "a:rx", expected SERVICE, SERVICE:ro or container:NAME:ro',
  ],
  'gpus: [{count: 2, device_ids: [a]}]': [
    'f:2:16: count and device_ids exclude each other, expected one of the two',
  ],
  'cpus: 1\ncpu_quota: 50000': [
    'f:3:12: cpus stands for cpu_period and cpu_quota, expected one or the other',
  ],
  'blkio_config: {weight_device: [{path: /dev/sda, weight: 5}]}': [
    'f:2:57: bad number "5", expected a whole number from 10 to 1000',
  ],
  'deploy: {placement: {constraints: [a]}, update_config: {parallelism: 1}}': [
    'f:2:10: warning: deploy.placement has no effect without Swarm',
    'f:2:57: warning: deploy.update_config.parallelism has no effect without Swarm; a rollout is shaped by policy.rollout',
  ],
  'deploy: {update_config: {order: start-fist}}': [
    'f:2:33: order: expected "start-first" or "stop-first"; did you mean "start-first"?',
  ],
  'pull_policy: often': [
    'f:2:14: bad pull policy "often", expected always, missing, never, build, daily, weekly or every_<time>, for example every_12h',
  ],
  'prots: []': ['f:2:1: unknown key "prots" in container; did you mean "ports"?'],
  'ports: 80': ['f:2:8: ports: expected a list, got a whole number'],
};

test.each(Object.entries(mistakes))('%s', (fields, lines) => {
  expect(normalized(`image: a\n${fields}\n`).lines).toEqual(lines);
});

test.each([
  [
    'command: a',
    ['f:1:1: Service web has no image, expected for example image: postgres:15, or build: FOLDER'],
  ],
  ['build: .', []],
  [
    'image: Postgres',
    ['f:1:8: bad image "Postgres", expected name[:tag], lower case; did you mean "postgres"?'],
  ],
  ['image: a b', ['f:1:8: bad image "a b", expected name[:tag], lower case']],
])('%s alone', (yaml, lines) => expect(normalized(yaml).lines).toEqual(lines));

test('no value of a variable is quoted back from the environment or a command', () => {
  const { lines } = normalized(`image: a\ncommand: "run '\${P}"\nenvironment: ["=\${P}"]`, {
    env: { P: 'hunter2' },
  });
  expect(lines).toHaveLength(2);
  expect(lines.join()).not.toContain('hunter2');
});

test('a mistake in an anchor is one mistake, however many use it', () => {
  const { lines } = normalized('image: a\nports: [&p "0", *p]');
  expect(lines).toHaveLength(1);
});
