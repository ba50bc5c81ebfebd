// A platform of the same shapes as a real one, written where none is at hand: a main file, three files that come as
// changes, and three phases of agents. The services that test/platform/mend.yaml speaks of are in it.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';

export interface PlatformSize {
  /** Services of the main file, 12 at least. */
  readonly services: number;
  /** Agents of each phase; some go by the name of a service of the main file, as people's do. */
  readonly phases: readonly number[];
  /** Of every healthcheck, for example 30s. */
  readonly interval: string;
  /** The first port of the host that is published. */
  readonly firstPort: number;
}

/** 54 services and 69 agents. */
export const fullSize: PlatformSize = {
  services: 54,
  phases: [20, 25, 24],
  interval: '30s',
  firstPort: 20_000,
};

type Service = Readonly<Record<string, unknown>>;

const network = 'sutazai-network';

/** Writes the Compose files; what they mount and build is made with the project folder. */
export async function writeLikePlatform(folder: string, size: PlatformSize): Promise<void> {
  await mkdir(folder, { recursive: true });
  const ports = countFrom(size.firstPort);
  const services = mainServices(size, ports);
  const write = (name: string, content: object): Promise<void> =>
    writeFile(join(folder, `docker-compose${name}.yml`), stringify(content));
  const external = { networks: { [network]: { external: true } } };
  await write('', { ...external, volumes: { postgres_data: null, agent_workspaces: null }, services });
  await write('.override', overrides);
  await write('.infrastructure', infrastructure(size, ports));
  await write('.monitoring', { ...external, services: monitoring(size, ports) });
  const taken = Object.keys(services).filter((name) => name.startsWith('app-'));
  for (const [index, count] of size.phases.entries()) {
    const agents = Array.from({ length: count }, (_, i) =>
      // The first of the last two phases has a namesake in the main file.
      i === 0 && index > 0 ? (taken[index] ?? `agent-${index}-0`) : `agent-${index}-${i}`,
    );
    await write(`.phase${index + 1}`, phaseFile(size, index + 1, agents, ports));
  }
}

function countFrom(first: number): () => number {
  let next = first;
  return () => next++;
}

/** What nearly every service has. */
function plain(name: string, more: Service): Service {
  return { container_name: `like-${name}`, restart: 'unless-stopped', networks: [network], ...more };
}

function asks({ interval }: PlatformSize, test: readonly string[]): Service {
  return { test, interval, timeout: '10s', retries: 5 };
}

const limits = (cpus: string, memory: string): Service => ({ resources: { limits: { cpus, memory } } });

function mainServices(size: PlatformSize, port: () => number): Readonly<Record<string, Service>> {
  const published = (target: number): readonly string[] => [`${port()}:${target}`];
  const healthy = { condition: 'service_healthy' };
  const web = (name: string, more: Service): Service =>
    plain(name, {
      image: `like/${name}:1.0`,
      ports: published(8080),
      healthcheck: asks(size, ['CMD', 'curl', '-f', 'http://localhost:8080/health']),
      ...more,
    });
  const rules = '/opt/likeapp/CLAUDE.md:/app/CLAUDE.md:ro';
  const named: Record<string, Service> = {
    postgres: plain('postgres', {
      image: 'postgres:16-alpine',
      environment: { POSTGRES_PASSWORD: '$POSTGRES_PASSWORD' },
      volumes: [
        'postgres_data:/var/lib/postgresql/data',
        './scripts/init.sql:/docker-entrypoint-initdb.d/init.sql:ro',
      ],
      ports: published(5432),
      healthcheck: asks(size, ['CMD-SHELL', 'pg_isready -U postgres']),
      deploy: limits('2', '2G'),
    }),
    redis: plain('redis', {
      image: 'redis:7-alpine',
      command: 'redis-server',
      ports: published(6379),
      healthcheck: asks(size, ['CMD-SHELL', 'redis-cli ping']),
      deploy: limits('1', '1G'),
    }),
    neo4j: plain('neo4j', { image: 'neo4j:5', ports: published(7474), deploy: limits('3', '4G') }),
    chromadb: web('chromadb', { environment: ['CHROMA_SERVER_HOST=0.0.0.0'] }),
    qdrant: web('qdrant', {}),
    ollama: plain('ollama', {
      image: 'ollama/ollama:latest',
      ports: published(11434),
      volumes: [rules, '/opt/likeapp/config/ollama.yaml:/app/config/ollama.yaml:ro'],
      healthcheck: asks(size, ['CMD-SHELL', 'ollama list > /dev/null || exit 1']),
      ulimits: { nofile: { soft: 1_000_000, hard: 1_000_000 } },
      deploy: limits('10', '20G'),
    }),
    backend: web('backend', {
      build: { context: './backend' },
      image: undefined,
      volumes: ['./backend:/app', 'agent_workspaces:/app/workspaces'],
      working_dir: '/app',
      command: 'uvicorn app.main:app --host 0.0.0.0 --port 8080',
      depends_on: {
        postgres: healthy,
        redis: healthy,
        ollama: healthy,
        neo4j: { condition: 'service_started' },
      },
    }),
    agentgpt: web('agentgpt', { volumes: [rules], depends_on: ['postgres', 'ollama'] }),
    agentzero: web('agentzero', { volumes: [rules] }),
    cadvisor: plain('cadvisor', {
      image: 'gcr.io/cadvisor/cadvisor:v0.47.0',
      privileged: true,
      ports: published(8080),
    }),
    tabbyml: plain('tabbyml', {
      image: 'tabbyml/tabby:latest',
      command: ['serve', '--device', 'cpu'],
      deploy: { replicas: 0 },
    }),
    'hardware-resource-optimizer': web('hardware-resource-optimizer', {
      privileged: true,
      pid: 'host',
      depends_on: ['backend'],
    }),
  };
  for (let n = Object.keys(named).length; n < size.services; n++) {
    const built = n % 2 === 0 ? { build: `./docker/app-${n}`, image: undefined } : {};
    const needs =
      n % 3 === 0 ? { depends_on: { backend: { condition: 'service_started' }, redis: healthy } } : {};
    named[`app-${n}`] = web(`app-${n}`, { ...built, ...needs, volumes: ['agent_workspaces:/app/workspace'] });
  }
  return named;
}

const overrides = {
  services: {
    postgres: { command: 'postgres -c max_connections=100', deploy: limits('1', '1G') },
    redis: { command: 'redis-server --maxmemory 64mb', deploy: limits('0.5', '512M') },
    ollama: { environment: ['OLLAMA_NUM_PARALLEL=1'], deploy: limits('4', '6G') },
    backend: { environment: ['DEBUG=true'], volumes: ['backend_cache:/app/__pycache__'] },
  },
  volumes: { backend_cache: null },
};

function infrastructure(size: PlatformSize, port: () => number): object {
  const own = (name: string, more: Service): Service =>
    plain(name, {
      image: `like/${name}:1.0`,
      networks: ['service-mesh'],
      ports: [`${port()}:8080`],
      ...more,
    });
  return {
    version: '3.8',
    services: {
      registry: own('registry', {
        healthcheck: asks(size, ['CMD', 'curl', '-f', 'http://localhost:8080/health']),
      }),
      migration: {
        ...own('migration', { command: 'kong migrations bootstrap', ports: [] }),
        restart: 'on-failure',
      },
      gateway: own('gateway', { depends_on: { registry: { condition: 'service_healthy' } } }),
    },
    networks: { 'service-mesh': { driver: 'bridge' } },
  };
}

function monitoring(size: PlatformSize, port: () => number): Readonly<Record<string, Service>> {
  return {
    cadvisor: { image: 'gcr.io/cadvisor/cadvisor:latest', ports: [`${port()}:8080`] },
    alertmanager: plain('alertmanager', {
      image: 'like/alertmanager:1.0',
      command: ['--config.file=/etc/alertmanager/config.yml'],
      volumes: ['./monitoring/alertmanager:/etc/alertmanager'],
      healthcheck: asks(size, [
        'CMD',
        'wget',
        '--no-verbose',
        '--tries=1',
        '--spider',
        'http://localhost:9093/-/healthy',
      ]),
    }),
  };
}

function phaseFile(size: PlatformSize, phase: number, agents: readonly string[], port: () => number): object {
  const base = {
    image: 'python:3.11-slim',
    restart: 'unless-stopped',
    networks: [network],
    working_dir: '/app',
    deploy: limits('0.5', '512M'),
    command:
      'sh -c "\n  pip install --no-cache-dir fastapi uvicorn &&\n  python -m uvicorn app:app --host 0.0.0.0 --port 8080\n"\n',
  };
  const agent = (name: string): Service => ({
    ...base,
    container_name: `like-${name}-phase${phase}`,
    ports: [`${port()}:8080`],
    environment: { AGENT_NAME: name },
    volumes: [`./agents/${name}:/app`, 'agent_workspaces:/workspaces'],
    healthcheck: asks(size, ['CMD', 'curl', '-f', 'http://localhost:8080/health']),
  });
  return {
    version: '3.8',
    networks: { [network]: { external: true } },
    volumes: { agent_workspaces: { external: true } },
    services: Object.fromEntries(agents.map((name) => [name, agent(name)])),
  };
}
