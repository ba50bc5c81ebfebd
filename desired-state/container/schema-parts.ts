// The building blocks of Compose's short and long forms as schemas: a list or a map, a string or a list …
// Owns only what YAML type may stand where; what a value means is judged by normalize.ts and its parts.

import { z } from 'zod';

/** Also numbers and booleans: an unquoted variable may fill in either, and text is meant. */
export const text = z.union([z.string(), z.number(), z.boolean()]);
/** Names: a number or a switch in such a place is a slip. */
export const word = z.string();
/** Also text: sizes have units. */
export const numberLike = z.union([z.number(), z.string()], { error: 'expected a number, or text' });
/** Also `"true"` and `"yes"`, as Compose takes them. */
export const flag = z.union([z.boolean(), z.string()], { error: 'expected true or false' });
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const strings = z.array(text);
export const stringOrList = z.union([text, strings]);
export const listOrMap = z.union([strings, z.record(z.string(), scalar)]);
export const options = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));

/** A command line: text is split like a shell would, a list is taken as it is, null is the image's own. */
export const command = z.union([z.null(), text, strings]);

/** `{secret: NAME}`: the value is a Secret's and never shows. */
export const secretValue = z.strictObject({ secret: text.describe('Name of the Secret.') });
export const environment = z.union([strings, z.record(z.string(), z.union([scalar, secretValue]))]);

/** A config or secret given to a container: its name, or where it goes and with which rights. */
export const fileGrant = z.array(
  z.union([
    text,
    z.strictObject({
      source: text.describe('Name of the config or secret.'),
      target: text
        .optional()
        .describe('Path in the container; a secret without one goes to /run/secrets/NAME.'),
      uid: text.optional().describe('Numeric user id of the file in the container.'),
      gid: text.optional().describe('Numeric group id of the file in the container.'),
      mode: numberLike.optional().describe('File mode in octal.'),
    }),
  ]),
);

export const dependsOn = z.union([
  strings,
  z.record(
    z.string(),
    z.strictObject({
      condition: z
        .enum(['service_started', 'service_healthy', 'service_completed_successfully'])
        .optional()
        .describe('What to wait for.'),
      required: flag.optional().describe('false: a missing or failing dependency only warns.'),
      restart: flag.optional().describe('Restart this one after an explicit restart of the dependency.'),
    }),
  ),
]);

export const port = z.union([
  z.number(),
  text,
  z.strictObject({
    target: numberLike.describe('Port in the container.'),
    published: numberLike.optional().describe('Port of the host; absent: a free one.'),
    host_ip: text.optional().describe('Address of the host; absent: all.'),
    protocol: text.optional().describe('tcp, udp or sctp.'),
    name: text.optional().describe('A name for people.'),
    mode: text.optional().describe('host or ingress; has a meaning with Swarm only.'),
    app_protocol: text.optional().describe('A note on the protocol spoken.'),
  }),
]);

export const volume = z.union([
  text,
  z.strictObject({
    type: z.enum(['bind', 'volume', 'tmpfs', 'cluster', 'npipe', 'image']).describe('Kind of mount.'),
    source: text.optional().describe('Host path, or name of the volume; absent: anonymous.'),
    target: text.describe('Path in the container.'),
    read_only: flag.optional().describe('Not writable in the container.'),
    consistency: text.optional().describe('Without effect on Linux.'),
    bind: z
      .strictObject({
        propagation: text.optional().describe('rprivate, private, rshared, shared, rslave or slave.'),
        create_host_path: flag.optional().describe('Make the host folder if it is missing (default true).'),
        recursive: text
          .optional()
          .describe('Mounts below it: enabled, disabled, writable or readonly (API 1.44).'),
        selinux: text.optional().describe('SELinux label: z shared, Z private.'),
      })
      .optional()
      .describe('Options of a bind mount.'),
    volume: z
      .strictObject({
        nocopy: flag.optional().describe("Do not fill a new volume with the image's files."),
        subpath: text.optional().describe('Folder within the volume (API 1.45).'),
        labels: listOrMap.optional().describe('Labels of a volume that the mount makes.'),
      })
      .optional()
      .describe('Options of a volume.'),
    tmpfs: z
      .strictObject({
        size: numberLike.optional().describe('Most bytes, for example 64m.'),
        mode: numberLike.optional().describe('File mode in octal.'),
      })
      .optional()
      .describe('Options of a tmpfs.'),
    image: z
      .strictObject({ subpath: text.optional().describe('Folder within the image.') })
      .optional()
      .describe('Options of an image (API 1.48).'),
  }),
]);

export const network = z.union([
  z.null(),
  z.strictObject({
    aliases: strings.optional().describe('Further names of the container on this network.'),
    ipv4_address: text.optional().describe('Fixed IPv4 address.'),
    ipv6_address: text.optional().describe('Fixed IPv6 address.'),
    priority: numberLike.optional().describe('The highest is connected first.'),
    gw_priority: numberLike.optional().describe('The highest gives the default gateway (API 1.48).'),
    link_local_ips: strings.optional().describe('Further link-local addresses.'),
    mac_address: text.optional().describe('MAC address on this network.'),
    interface_name: text.optional().describe('Name of the interface in the container (API 1.49).'),
    driver_opts: options.optional().describe("Options of the network's driver."),
  }),
]);

export const healthcheck = z.strictObject({
  test: z
    .union([text, strings])
    .optional()
    .describe('Text for a shell, or a list that begins with CMD, CMD-SHELL or NONE.'),
  interval: text.optional().describe('Time between two checks, for example 30s.'),
  timeout: text.optional().describe('Longest time of one check.'),
  retries: numberLike.optional().describe('Failures in a row that make it unhealthy.'),
  start_period: text.optional().describe('Failures within this time after the start do not count.'),
  start_interval: text.optional().describe('Time between checks during start_period.'),
  disable: flag.optional().describe("true: no check, not even the image's."),
});

/** What a driver of the engine is asked for, GPUs for instance. */
export const deviceRequest = z.strictObject({
  capabilities: strings.optional().describe('What they must be able to do: gpu, compute, utility …'),
  count: numberLike.optional().describe('How many, or all.'),
  device_ids: strings.optional().describe('Which ones, in place of a count.'),
  driver: text.optional().describe('Driver, for example nvidia.'),
  options: listOrMap.optional().describe('Options of the driver.'),
});

const rates = z.array(
  z.strictObject({
    path: text.describe('Device of the host, for example /dev/sda.'),
    rate: numberLike.describe('Bytes (10mb) or operations a second.'),
  }),
);

export const blockIo = z.strictObject({
  weight: numberLike.optional().describe('From 10 to 1000.'),
  weight_device: z
    .array(
      z.strictObject({
        path: text.describe('Device of the host.'),
        weight: numberLike.describe('From 10 to 1000.'),
      }),
    )
    .optional()
    .describe('Weights of single devices.'),
  device_read_bps: rates.optional().describe('Most bytes read a second.'),
  device_read_iops: rates.optional().describe('Most reads a second.'),
  device_write_bps: rates.optional().describe('Most bytes written a second.'),
  device_write_iops: rates.optional().describe('Most writes a second.'),
});

export const hooks = z.array(
  z.strictObject({
    command: command.describe('What to run, as text or as a list.'),
    user: numberLike.optional().describe('User that runs it.'),
    privileged: flag.optional().describe('With all rights of the host.'),
    working_dir: text.optional().describe('Folder it runs in.'),
    environment: listOrMap.optional().describe('Variables beside those of the container.'),
  }),
);

const resources = {
  cpus: numberLike.optional().describe('CPUs, for example 0.5.'),
  memory: numberLike.optional().describe('Memory, for example 512m.'),
};
const updates = z.record(z.string(), z.unknown());
const updateConfig = z.looseObject({
  order: z
    .enum(['start-first', 'stop-first'])
    .optional()
    .describe(
      'start-first: the new container runs beside the old one until it is ready, and has its names from then on (stop-first).',
    ),
});

export const deploy = z.union([
  z.null(),
  z.strictObject({
    resources: z
      .strictObject({
        limits: z
          .strictObject({ ...resources, pids: numberLike.optional().describe('Most processes.') })
          .optional()
          .describe('What it may use at most.'),
        reservations: z
          .strictObject({
            ...resources,
            generic_resources: z.array(z.unknown()).optional(),
            devices: z.array(deviceRequest).optional().describe('What drivers of the engine are asked for.'),
          })
          .optional()
          .describe('What it is kept; memory only without Swarm.'),
      })
      .optional()
      .describe('Limits and reservations.'),
    restart_policy: z
      .strictObject({
        condition: text.optional().describe('none, on-failure or any; goes before `restart`.'),
        max_attempts: numberLike.optional().describe('Most restarts, for on-failure.'),
        delay: text.optional(),
        window: text.optional(),
      })
      .optional()
      .describe('When the engine restarts it.'),
    replicas: numberLike.optional().describe('How many containers, as `scale`.'),
    mode: text.optional(),
    endpoint_mode: text.optional(),
    labels: listOrMap.optional(),
    placement: z.record(z.string(), z.unknown()).optional(),
    update_config: updateConfig
      .optional()
      .describe('How a new form of it comes in; of this, `order` has an effect without Swarm.'),
    rollback_config: updates.optional(),
  }),
]);
