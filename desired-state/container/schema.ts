// The fields of Compose that describe one container, in Compose's names with its short and long forms: the language of
// manifests and of Compose files alike, and the source of the reference in docs/. Owns types only; values are judged
// by normalize.ts. A field that Compose has and reeve does not act on is listed in unsupported.ts as well.

import { z } from 'zod';
import { build } from './build-schema.ts';
import * as part from './schema-parts.ts';
import { unsupportedShape } from './unsupported.ts';

/** A raw shape: `z.strictObject({ ...containerShape, ...own })`. */
export const containerShape = {
  image: part.word.optional().describe('Image reference, for example postgres:15.'),
  build: build
    .optional()
    .describe('Folder to build the image from, or the long form; with image: that is its name.'),
  pull_policy: part.text
    .optional()
    .describe(
      'When to pull: missing (the default), always, never, daily, weekly, every_<time>; build: build anew.',
    ),
  container_name: part.word
    .optional()
    .describe('Name on the engine; absent: one made from platform and name.'),
  command: part.command.optional().describe("Command line in place of the image's."),
  entrypoint: part.command.optional().describe("Entry point in place of the image's."),
  working_dir: part.text.optional().describe('Working folder, an absolute path.'),
  user: part.numberLike.optional().describe('User, or user:group, that runs the command.'),
  group_add: z.array(part.numberLike).optional().describe('Further groups of the user.'),
  hostname: part.text.optional().describe('Host name in the container.'),
  domainname: part.text.optional().describe('Domain name in the container.'),
  mac_address: part.text.optional().describe('MAC address.'),

  environment: part.environment
    .optional()
    .describe(
      'Variables, as a map or as KEY=value; a key without a value takes it from the shell; {secret: NAME} takes it from a Secret.',
    ),
  env_file: z
    .union([
      part.text,
      z.array(
        z.union([
          part.text,
          z.strictObject({
            path: part.text.describe('Path of the file.'),
            required: part.flag.optional().describe('false: the file may be missing.'),
            format: part.text.optional().describe('raw: values are taken literally.'),
          }),
        ]),
      ),
    ])
    .optional()
    .describe(
      'Files of KEY=value lines; `environment` goes before them, a later file before an earlier one.',
    ),
  labels: part.listOrMap.optional().describe('Labels, as a map or as KEY=value.'),
  label_file: part.stringOrList.optional().describe('Files of KEY=value lines; `labels` go before them.'),

  ports: z
    .array(part.port)
    .optional()
    .describe('Published ports: "8080:80", "127.0.0.1:53:53/udp", "3000-3005:3000-3005", or the long form.'),
  expose: z
    .array(part.numberLike)
    .optional()
    .describe('Ports that other containers may use, for information.'),
  networks: z
    .union([part.strings, z.record(z.string(), part.network)])
    .optional()
    .describe('Networks by name, as a list or with aliases and addresses.'),
  network_mode: part.text
    .optional()
    .describe('none, host, container:NAME, service:NAME or a network of the engine, in place of networks.'),
  links: part.strings
    .optional()
    .describe('Services this one reaches as SERVICE, or under a name of its own: SERVICE:NAME.'),
  external_links: part.strings
    .optional()
    .describe('Containers that somebody else made, reached as CONTAINER or CONTAINER:NAME.'),
  dns: part.stringOrList.optional().describe('Name servers.'),
  dns_search: part.stringOrList.optional().describe('Search domains.'),
  dns_opt: part.strings.optional().describe('Resolver options.'),
  extra_hosts: z
    .union([part.strings, z.record(z.string(), z.union([part.text, part.strings]))])
    .optional()
    .describe('Further host names, as "name:address" or as a map.'),

  volumes: z
    .array(part.volume)
    .optional()
    .describe('Mounts: "data:/var/lib/data", "./conf:/etc/app:ro", or the long form.'),
  tmpfs: part.stringOrList.optional().describe('Folders in memory: "/run" or "/run:size=64m,mode=1777".'),
  configs: part.fileGrant.optional().describe('Configs to put into the container.'),
  secrets: part.fileGrant.optional().describe('Secrets to put into the container as files.'),
  devices: z
    .array(
      z.union([
        part.text,
        z.strictObject({
          source: part.text.describe('Device of the host.'),
          target: part.text.optional().describe('Device in the container; absent: the same.'),
          permissions: part.text.optional().describe('Of r, w and m; absent: rwm.'),
        }),
      ]),
    )
    .optional()
    .describe('Devices: "/dev/ttyUSB0:/dev/ttyUSB0:rwm", or the long form.'),

  healthcheck: part.healthcheck.optional().describe('How the engine finds out whether it is healthy.'),
  restart: part.text.optional().describe('no, always, unless-stopped, on-failure or on-failure:N.'),
  stop_signal: part.text.optional().describe('Signal that asks it to stop.'),
  stop_grace_period: part.text.optional().describe('Time between that signal and SIGKILL, for example 30s.'),
  depends_on: part.dependsOn
    .optional()
    .describe('What must be started, ready or completed before it starts.'),
  scale: part.numberLike
    .optional()
    .describe('How many containers of it: the first has its name, the others NAME:2, NAME:3 and so on.'),
  profiles: part.strings.optional().describe('It takes part only when one of these profiles is active.'),

  deploy: part.deploy.optional().describe("Compose's long form of limits, reservations and restart policy."),
  cpus: part.numberLike.optional().describe('CPUs it may use, for example 0.5.'),
  cpu_shares: part.numberLike.optional().describe('Weight among others when CPUs are short.'),
  cpuset: part.text.optional().describe('CPUs it may run on, for example 0-3 or 0,1.'),
  mem_limit: part.numberLike.optional().describe('Memory it may use, for example 512m.'),
  mem_reservation: part.numberLike.optional().describe('Memory it is kept when memory is short.'),
  memswap_limit: part.numberLike.optional().describe('Memory and swap together; -1 is without a limit.'),
  pids_limit: part.numberLike.optional().describe('Most processes; -1 is without a limit.'),
  shm_size: part.numberLike.optional().describe('Size of /dev/shm.'),
  ulimits: z
    .record(
      z.string(),
      z.union([part.numberLike, z.strictObject({ soft: part.numberLike, hard: part.numberLike })]),
    )
    .optional()
    .describe('Limits of processes: one number, or soft and hard.'),
  oom_kill_disable: part.flag.optional().describe('Never killed when memory is out.'),
  oom_score_adj: part.numberLike
    .optional()
    .describe('From -1000 to 1000: the higher, the earlier it is killed.'),

  privileged: part.flag.optional().describe('All rights of the host.'),
  read_only: part.flag.optional().describe('The root file system is not writable.'),
  init: part.flag.optional().describe('A small init as process 1 that passes on signals and reaps zombies.'),
  tty: part.flag.optional().describe('A terminal.'),
  stdin_open: part.flag.optional().describe('Standard input stays open.'),
  cap_add: part.strings.optional().describe('Capabilities added.'),
  cap_drop: part.strings.optional().describe('Capabilities taken away.'),
  security_opt: part.strings.optional().describe('Security options, for example no-new-privileges:true.'),
  sysctls: part.listOrMap.optional().describe('Kernel parameters.'),
  pid: z.union([part.text, z.null()]).optional().describe('host, container:NAME or service:NAME.'),
  ipc: part.text.optional().describe('none, private, shareable, host, container:NAME or service:NAME.'),
  uts: part.text.optional().describe('host.'),
  userns_mode: part.text.optional().describe('host.'),
  cgroup_parent: part.text.optional().describe('Parent control group.'),
  runtime: part.text.optional().describe('OCI runtime, for example runc.'),
  logging: z
    .strictObject({
      driver: part.text.optional().describe('Log driver, for example json-file.'),
      options: part.options.optional().describe('Options of the driver.'),
    })
    .optional()
    .describe('Where its output goes.'),

  use_api_socket: part.flag
    .optional()
    .describe(
      "Mounts the engine's socket and sets DOCKER_CONFIG; without the registry credentials that Compose adds.",
    ),
  annotations: part.listOrMap.optional().describe('Annotations for the runtime (API 1.43).'),
  blkio_config: part.blockIo.optional().describe('Block IO weights and rates.'),
  cgroup: part.text.optional().describe('Control group namespace: host or private.'),
  cpu_count: part.numberLike.optional().describe('CPUs it may use; without effect on Linux, use cpus.'),
  cpu_percent: part.numberLike
    .optional()
    .describe('Per cent of the CPUs; without effect on Linux, use cpus.'),
  cpu_period: part.numberLike.optional().describe('Period of the quota, in microseconds.'),
  cpu_quota: part.numberLike.optional().describe('CPU time in each period, in microseconds.'),
  cpu_rt_period: part.numberLike.optional().describe('Period of real-time scheduling, as 950000 or 950ms.'),
  cpu_rt_runtime: part.numberLike.optional().describe('Real-time CPU time in each period.'),
  mem_swappiness: part.numberLike.optional().describe('How readily its memory is swapped, 0 to 100.'),
  device_cgroup_rules: part.strings.optional().describe('Rules for devices, for example "c 1:3 mr".'),
  gpus: z
    .union([part.text, z.array(part.deviceRequest)])
    .optional()
    .describe('GPUs: all, or which ones.'),
  isolation: part.text.optional().describe('Isolation technology; default on Linux.'),
  platform: part.text.optional().describe('Platform of the image, for example linux/amd64.'),
  storage_opt: part.options.optional().describe("Options of the engine's storage driver."),
  volumes_from: part.strings
    .optional()
    .describe('Takes the mounts of another service or container: SERVICE, SERVICE:ro, container:NAME.'),
  post_start: part.hooks
    .optional()
    .describe('Commands run in it after each start; if one fails it is stopped and the start has failed.'),
  pre_stop: part.hooks
    .optional()
    .describe('Commands run in it before each stop; if one fails it is not stopped.'),

  ...unsupportedShape,
};
