// Every mistake is an answer: what a person reads for each way to write a manifest wrong.

import { expect, test } from 'vitest';
import { linesOf, type Options } from '../support/manifests.ts';

interface Mistake {
  readonly files: Readonly<Record<string, string>>;
  readonly options?: Options;
  readonly lines: readonly string[];
}

const mistakes: Readonly<Record<string, Mistake>> = {
  'a probe that is two, and one whose password is no Secret': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: a}
spec: {image: a:1, probe: {redis: {}, tcp: {port: 1}}}
---
apiVersion: reeve/v1
kind: Service
metadata: {name: b}
spec: {image: a:1, probe: {postgres: {password: {secret: nope}}}}
`.slice(1),
    },
    lines: [
      'reeve.yaml:4:27: probe: expected exactly one of http, tcp, exec, postgres and redis',
      'reeve.yaml:9:58: there is no Secret "nope"; declare it with kind: Secret',
    ],
  },
  'a tab': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata:
	name: x
`.slice(1),
    },
    lines: ['reeve.yaml:4:1: tab used as indentation; YAML expects spaces'],
  },
  'a duplicate key': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: web}
spec: {image: a, image: b}
`.slice(1),
    },
    lines: ['reeve.yaml:4:18: duplicate key "image"; it is already set in line 4'],
  },
  'an unknown key': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: web}
spec: {imge: a}
`.slice(1),
    },
    lines: ['reeve.yaml:4:8: unknown key "imge" in Service web; did you mean "image"?'],
  },
  'an unknown key inside': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: web}
spec: {image: a, healthcheck: {test: x, intervall: 5s}}
`.slice(1),
    },
    lines: ['reeve.yaml:4:41: unknown key "intervall" in Service web.healthcheck; did you mean "interval"?'],
  },
  'an unknown kind': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Servce
metadata: {name: web}
spec: {image: a}
`.slice(1),
    },
    lines: [
      'reeve.yaml:2:7: unknown kind "Servce"; expected Platform, Service, AgentClass, Agent, Model, ResourceLimits, Network, Volume or Secret; did you mean "Service"?',
    ],
  },
  'an unknown top-level key': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: web}
spec: {image: a}
sepc: {}
`.slice(1),
    },
    lines: ['reeve.yaml:5:1: unknown key "sepc" in a manifest; did you mean "spec"?'],
  },
  'wrong types': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: web}
spec: {image: [a], ports: 80, environment: text, protect: yes, tier: 3}
`.slice(1),
    },
    lines: [
      'reeve.yaml:4:15: image: expected text, got a list',
      'reeve.yaml:4:27: ports: expected a list, got a whole number',
      'reeve.yaml:4:44: environment: expected a list or a map, got text',
      'reeve.yaml:4:59: protect: expected true or false, got text',
      'reeve.yaml:4:70: tier: expected "core", "critical" or "standard"',
    ],
  },
  'bad durations': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: web}
spec: {image: a, stop_grace_period: 5, healthcheck: {test: x, interval: 30s garbage, timeout: -5s}, probe: {tcp: {port: 80}, every: 10}}
`.slice(1),
    },
    lines: [
      'reeve.yaml:4:37: bad duration "5", expected a number with a unit, for example 30s or 1m30s',
      'reeve.yaml:4:73: bad duration "30s garbage", expected a number with a unit, for example 30s or 1m30s',
      'reeve.yaml:4:95: bad duration "-5s", expected a number with a unit, for example 30s or 1m30s',
      'reeve.yaml:4:133: every: expected a duration such as 10s, 1m30s or 500ms',
    ],
  },
  'bad sizes and numbers': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: web}
spec: {image: a, mem_limit: 512q, shm_size: -1}
---
apiVersion: reeve/v1
kind: ResourceLimits
metadata: {name: l}
spec: {limits: {memory: lots, cpus: 0, pids: 0}}
`.slice(1),
    },
    lines: [
      'reeve.yaml:4:29: bad size "512q", expected bytes or a number with a unit, for example 512m or 2g',
      'reeve.yaml:4:45: bad size "-1", expected bytes or a number with a unit, for example 512m or 2g',
      'reeve.yaml:9:25: memory: expected a size such as 512m, 1.5g or a number of bytes',
      'reeve.yaml:9:37: cpus: expected more than 0',
      'reeve.yaml:9:46: pids: expected at least 1',
    ],
  },
  'bad ports and ranges': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: web}
spec: {image: a, ports: ["99999:80", "80:0", "1-3:1-2", "a:80"], probe: {http: {port: 70000, path: health}}}
`.slice(1),
    },
    lines: [
      'reeve.yaml:4:26: bad port "99999", expected 1 to 65535 or a range, for example "8080:80" or "3000-3005"',
      'reeve.yaml:4:38: bad port "0", expected 1 to 65535 or a range, for example "8080:80" or "3000-3005"',
      'reeve.yaml:4:46: bad ports "1-3:1-2": 3 host ports for 2 container ports, expected as many of both, or one container port',
      'reeve.yaml:4:57: bad port "a", expected 1 to 65535 or a range, for example "8080:80" or "3000-3005"',
      'reeve.yaml:4:87: port: expected at most 65535',
      'reeve.yaml:4:100: path: expected a path that begins with "/"',
    ],
  },
  'an unknown apiVersion': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v2
kind: Service
metadata: {name: web}
spec: {image: a}
---
kind: Service
metadata: {name: b}
spec: {image: a}
`.slice(1),
    },
    lines: [
      'reeve.yaml:1:13: unknown apiVersion "reeve/v2"; expected "reeve/v1"',
      'reeve.yaml:6:1: missing "apiVersion"; expected apiVersion: reeve/v1',
    ],
  },
  'missing names': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
spec: {image: a}
---
apiVersion: reeve/v1
kind: Service
metadata: {}
spec: {image: a}
`.slice(1),
    },
    lines: [
      'reeve.yaml:1:1: missing "metadata" in Service; expected metadata: {name: …}',
      'reeve.yaml:7:11: missing "name" in Service metadata',
    ],
  },
  'duplicate names': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: web}
spec: {image: a}
---
apiVersion: reeve/v1
kind: Service
metadata: {name: web}
spec: {image: a}
---
apiVersion: reeve/v1
kind: Agent
metadata: {name: web}
spec: {image: a}
`.slice(1),
    },
    lines: [
      'reeve.yaml:8:18: duplicate Service "web"; it is declared in reeve.yaml:3:18 already',
      'reeve.yaml:13:18: Agent "web" has the name of the Service in reeve.yaml:3:18; workloads share one set of names',
    ],
  },
  'duplicate names in two files': {
    files: {
      'a.yaml': `
apiVersion: reeve/v1
kind: Network
metadata: {name: n}
spec: {}
`.slice(1),
      'b.yaml': `
apiVersion: reeve/v1
kind: Network
metadata: {name: n}
spec: {}
`.slice(1),
    },
    options: { paths: ['b.yaml', 'a.yaml'] },
    lines: ['a.yaml:3:18: duplicate Network "n"; it is declared in b.yaml:3:18 already'],
  },
  'names that Docker refuses': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: -web}
spec: {image: a}
---
apiVersion: reeve/v1
kind: Service
metadata: {name: b}
spec: {image: a, container_name: c}
---
apiVersion: reeve/v1
kind: Platform
metadata: {name: My_Shop}
spec: {}
---
apiVersion: reeve/v1
kind: Volume
metadata: {name: v}
spec: {name: x}
`.slice(1),
    },
    lines: [
      'reeve.yaml:3:18: name: expected letters, digits, "_", "." and "-", beginning with a letter or digit',
      'reeve.yaml:9:34: bad container name "c", expected two or more of letters, digits, "_", "." and "-", the first a letter or digit',
      'reeve.yaml:13:18: name: expected lower-case letters, digits, "_" and "-", beginning with a letter or digit',
      'reeve.yaml:19:14: the engine refuses the volume name "x"; expected two or more letters, digits, "_", "." and "-", beginning with a letter or digit',
    ],
  },
  'references to nothing': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Agent
metadata: {name: a}
spec: {class: pyton, model: tinylama, depends_on: [postgre]}
---
apiVersion: reeve/v1
kind: Service
metadata: {name: postgres}
spec: {image: a, networks: [backnd], volumes: ["dta:/x"], environment: {P: {secret: pw}}, secrets: [pw2], depends_on: [nobody]}
---
apiVersion: reeve/v1
kind: AgentClass
metadata: {name: python}
spec: {image: a}
---
apiVersion: reeve/v1
kind: Network
metadata: {name: backend}
spec: 
---
apiVersion: reeve/v1
kind: Volume
metadata: {name: data}
spec: {}
---
apiVersion: reeve/v1
kind: Model
metadata: {name: tinyllama}
spec: {server: postgrs}
`.slice(1),
    },
    lines: [
      'reeve.yaml:4:15: there is no AgentClass "pyton"; did you mean "python"?',
      'reeve.yaml:4:29: there is no Model "tinylama"; did you mean "tinyllama"?',
      'reeve.yaml:4:52: there is no Service or Agent "postgre"; did you mean "postgres"?',
      'reeve.yaml:9:29: there is no Network "backnd"; did you mean "backend"?',
      'reeve.yaml:9:48: there is no Volume "dta"; did you mean "data"?',
      'reeve.yaml:9:76: there is no Secret "pw"; declare it with kind: Secret',
      'reeve.yaml:9:101: there is no Secret "pw2"; declare it with kind: Secret',
      'reeve.yaml:9:120: there is no Service or Agent "nobody"',
      'reeve.yaml:29:16: there is no Service or Agent "postgrs"; did you mean "postgres"?',
    ],
  },
  'references to what could not be read are not told too': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: web}
spec: {image: a, depends_on: [db]}
---
kind: Service
metadata: {name: db
`.slice(1),
    },
    lines: ['reeve.yaml:7:11: not valid YAML: the { here is never closed'],
  },
  'of documents whose kind or name is wrong only what they may declare is not told': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: web}
spec: {image: a, depends_on: [db, chache], networks: [frnt, back], volumes: ["dta:/d"]}
---
kind: Netwrk
apiVersion: reeve/v1
metadata: {name: back}
---
apiVersion: reeve/v1
kind: Volume
metadata: {labels: {a: b}}
---
apiVersion: reeve/v1
kind: Service
metadata: {name: cache}
spec: {image: a}
`.slice(1),
    },
    lines: [
      'reeve.yaml:4:31: there is no Service or Agent "db"',
      'reeve.yaml:4:35: there is no Service or Agent "chache"; did you mean "cache"?',
      'reeve.yaml:4:55: there is no Network "frnt"; declare it with kind: Network',
      'reeve.yaml:6:7: unknown kind "Netwrk"; expected Platform, Service, AgentClass, Agent, Model, ResourceLimits, Network, Volume or Secret; did you mean "Network"?',
      'reeve.yaml:12:11: missing "name" in Volume metadata',
    ],
  },
  "a label that is reeve's own": {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: web}
spec: {image: a, labels: {reeve.platform: other}}
`.slice(1),
    },
    lines: ['reeve.yaml:4:43: label "reeve.platform" is reeve\'s own; give it another prefix'],
  },
  'a reference to a manifest that is wrong holds': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: web}
spec: {image: a, depends_on: [db], networks: [n]}
---
apiVersion: reeve/v1
kind: Service
metadata: {name: db}
spec: {imge: a}
---
apiVersion: reeve/v1
kind: Network
metadata: {name: n}
spec: {drver: x}
`.slice(1),
    },
    lines: [
      'reeve.yaml:9:8: unknown key "imge" in Service db; did you mean "image"?',
      'reeve.yaml:14:8: unknown key "drver" in Network n; did you mean "driver"?',
    ],
  },
  cycles: {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: a}
spec: {image: a, depends_on: [b]}
---
apiVersion: reeve/v1
kind: Service
metadata: {name: b}
spec: {image: a, depends_on: [c]}
---
apiVersion: reeve/v1
kind: Service
metadata: {name: c}
spec: {image: a, depends_on: [a]}
---
apiVersion: reeve/v1
kind: Service
metadata: {name: d}
spec: {image: a, depends_on: [d]}
`.slice(1),
    },
    lines: [
      'reeve.yaml:14:31: dependencies go in a circle: a → b → c → a; take one of them away',
      'reeve.yaml:19:31: dependencies go in a circle: d → d; take one of them away',
    ],
  },
  'the same host port twice': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: z}
spec: {image: a, ports: ["8080-8082:80-82"]}
---
apiVersion: reeve/v1
kind: Service
metadata: {name: b}
spec: {image: a, ports: ["127.0.0.1:8081:80", "9000:1", "9000:2"]}
---
apiVersion: reeve/v1
kind: Service
metadata: {name: c}
spec: {image: a, ports: ["8082:80/udp"]}
---
apiVersion: reeve/v1
kind: Service
metadata: {name: d}
spec: {image: a, ports: ["127.0.0.2:8081:80"]}
`.slice(1),
    },
    lines: [
      'reeve.yaml:9:26: host port 8081/tcp is published by Service/z in reeve.yaml:3:18 already; publish another port, or another host address',
      'reeve.yaml:9:57: host port 9000/tcp is published twice here; publish another port, or another host address',
      'reeve.yaml:19:26: host port 8081/tcp is published by Service/z in reeve.yaml:3:18 already; publish another port, or another host address',
    ],
  },
  'the same container name twice': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: z}
spec: {image: a, container_name: same}
---
apiVersion: reeve/v1
kind: Service
metadata: {name: b}
spec: {image: a, container_name: same}
---
apiVersion: reeve/v1
kind: Service
metadata: {name: c}
spec: {image: a, container_name: shop-z2-1}
---
apiVersion: reeve/v1
kind: Service
metadata: {name: z2}
spec: {image: a}
---
apiVersion: reeve/v1
kind: Platform
metadata: {name: shop}
spec: {}
`.slice(1),
    },
    lines: [
      'reeve.yaml:9:34: container name "same" is taken by Service/z in reeve.yaml:3:18; give one of them another container_name',
      'reeve.yaml:18:18: container name "shop-z2-1" is taken by Service/c in reeve.yaml:13:18; give one of them another container_name',
    ],
  },
  'reservations above limits': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: z}
spec: {image: a, mem_limit: 64m, mem_reservation: 128m}
---
apiVersion: reeve/v1
kind: ResourceLimits
metadata: {name: l}
spec: {selector: {kind: Service}, limits: {memory: 64m, cpus: 1}, reservations: {memory: 1g, cpus: 2}}
---
apiVersion: reeve/v1
kind: ResourceLimits
metadata: {name: m}
spec: {selector: {name: [y, x]}, reservations: {memory: 2g}}
---
apiVersion: reeve/v1
kind: Service
metadata: {name: y}
spec: {image: a}
---
apiVersion: reeve/v1
kind: Service
metadata: {name: x}
spec: {image: a}
`.slice(1),
    },
    lines: [
      'reeve.yaml:4:51: reserved memory "128m" is more than the limit, expected at most 64m',
      'reeve.yaml:9:90: memory reservation 1g is above the limit 64m; expected at most the limit',
      'reeve.yaml:9:100: cpus reservation 2 is above the limit 1; expected at most the limit',
      'reeve.yaml:14:57: memory reservation 2g is above the limit 64m of reeve.yaml:9:52; expected at most the limit',
    ],
  },
  'limits for nobody, and below what the engine takes': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: web}
spec: {image: a, mem_limit: 1m}
---
apiVersion: reeve/v1
kind: ResourceLimits
metadata: {name: l}
spec: {selector: {name: wab}, limits: {memory: 5m}}
---
apiVersion: reeve/v1
kind: ResourceLimits
metadata: {name: m}
spec: {selector: {kind: Agent}, limits: {memory: 64m}}
`.slice(1),
    },
    lines: [
      'reeve.yaml:4:29: memory limit 1m is below 6m, the least that the engine takes',
      'reeve.yaml:9:25: there is no Service or Agent "wab"; did you mean "web"?',
      'reeve.yaml:9:48: memory limit 5m is below 6m, the least that the engine takes',
      'reeve.yaml:13:18: warning: ResourceLimits "m" selects no workload',
    ],
  },
  'secrets that cannot be read': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Secret
metadata: {name: a}
spec: {env: NOPE}
---
apiVersion: reeve/v1
kind: Secret
metadata: {name: b}
spec: {file: nope.txt}
---
apiVersion: reeve/v1
kind: Secret
metadata: {name: c}
spec: {}
---
apiVersion: reeve/v1
kind: Secret
metadata: {name: d}
spec: {env: A, file: b}
---
apiVersion: reeve/v1
kind: Secret
metadata: {name: e}
spec: {file: conf}
`.slice(1),
      'conf/x': '',
    },
    lines: [
      'reeve.yaml:4:13: Secret "a" cannot be read: the variable NOPE is not set; set it in the shell or in .env',
      'reeve.yaml:9:14: Secret "b" cannot be read: file not found',
      'reeve.yaml:14:7: Secret c: expected exactly one of env and file',
      'reeve.yaml:19:7: Secret d: expected exactly one of env and file',
      'reeve.yaml:24:14: Secret "e" cannot be read: this is a folder; a file was expected here',
    ],
  },
  'agent configs that cannot be read': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Agent
metadata: {name: a}
spec: {image: a, config: a.json}
---
apiVersion: reeve/v1
kind: Agent
metadata: {name: b}
spec: {image: a, config: b.json}
---
apiVersion: reeve/v1
kind: Agent
metadata: {name: c}
spec: {image: a, config: c.json}
`.slice(1),
      'b.json': `
{"password": hunter2}`.slice(1),
      'c.json': `
[]`.slice(1),
    },
    lines: [
      'reeve.yaml:4:26: config a.json: file not found',
      'reeve.yaml:9:26: config b.json is not valid JSON',
      'reeve.yaml:14:26: config c.json: expected a JSON object',
    ],
  },
  'an agent config for another model warns': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Agent
metadata: {name: a}
spec: {image: a, config: a.json, model: tiny}
---
apiVersion: reeve/v1
kind: Model
metadata: {name: tiny}
spec: {server: "http://ollama:11434", model: tinyllama}
`.slice(1),
      'a.json': `
{"base_model": "deepseek-r1:8b"}`.slice(1),
    },
    lines: [
      'reeve.yaml:4:26: warning: config a.json names the model "deepseek-r1:8b", and this agent is declared with "tinyllama:latest"; let both name one model',
    ],
  },
  'two platforms': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Platform
metadata: {name: a}
spec: {}
---
apiVersion: reeve/v1
kind: Platform
metadata: {name: b}
spec: {}
`.slice(1),
    },
    lines: [
      'reeve.yaml:8:18: a second Platform "b"; "a" is declared in reeve.yaml:3:18 already; one load is one platform: give them to reeve one at a time',
    ],
  },
  'a platform that asks for what cannot be': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Platform
metadata: {name: a}
spec: {compose: [nope.yml], policy: {maxDelete: 120%, resetAfter: 10, restartBudgt: {}}, defaults: {image: x, cpus: 1}}
`.slice(1),
    },
    lines: [
      'reeve.yaml:4:18: compose: file nope.yml not found',
      'reeve.yaml:4:49: maxDelete: expected a share from 0% to 100%, or a number of resources',
      'reeve.yaml:4:67: resetAfter: expected a duration such as 10s, 1m30s or 500ms',
      'reeve.yaml:4:71: unknown key "restartBudgt" in Platform a.policy; did you mean "restartBudget"?',
      'reeve.yaml:4:101: unknown key "image" in Platform a.defaults; it is never the same for all: write it in each workload',
      'reeve.yaml:4:111: unknown key "cpus" in Platform a.defaults; write limits as kind: ResourceLimits',
    ],
  },
  variables: {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: web}
spec: {image: "a:\${TAG:?the release}", hostname: "\${X", command: ["$Y"]}
`.slice(1),
    },
    lines: [
      'reeve.yaml:4:15: required variable TAG is missing a value: the release; set TAG in the shell or in .env',
      'reeve.yaml:4:50: "${" does not begin a variable here; expected ${NAME}, ${NAME:-default}, ${NAME:?message} or ${NAME:+value}; write $$ for a $ of your own',
      'reeve.yaml:4:67: warning: the "Y" variable is not set, defaulting to a blank string',
    ],
  },
  "reeve's own fields": {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: web}
spec: {image: a, drift: {fields: {enviroment: heal, resources.foo: heal}}, x-reeve: {tier: core}, onChange: reload, watch: [conf]}
---
apiVersion: reeve/v1
kind: Service
metadata: {name: b}
spec: {image: a, probe: {http: {port: 80, path: /}, tcp: {port: 80}}}
`.slice(1),
    },
    lines: [
      'reeve.yaml:4:35: unknown field "enviroment" in drift.fields; expected a field of the container such as environment or mem_limit; did you mean "environment"?',
      'reeve.yaml:4:53: unknown field "resources.foo" in drift.fields; expected a field of the container such as environment or mem_limit',
      'reeve.yaml:4:76: unknown key "x-reeve" in Service web; in a manifest its fields stand in spec itself',
      'reeve.yaml:4:109: onChange: expected "restart", "ignore" or a map',
      'reeve.yaml:4:125: conf cannot be watched: file not found',
      'reeve.yaml:9:25: probe: expected exactly one of http, tcp, exec, postgres and redis',
    ],
  },
  'x-reeve in a Compose file': {
    files: {
      'compose.yaml': `
services:
  web:
    image: a
    x-reeve: {teir: core}
`.slice(1),
    },
    lines: ['compose.yaml:4:15: unknown key "teir" in x-reeve of web; did you mean "tier"?'],
  },
  'what a Compose file refers to': {
    files: {
      'compose.yaml': `
services:
  web:
    image: a
    networks: [x]
    volumes: ["yy:/y"]
    configs: [nope]
  db:
    image: b
    secrets: [ext]
secrets:
  ext: {external: true}
`.slice(1),
    },
    lines: [
      'compose.yaml:4:16: there is no Network "x"; declare it under networks',
      'compose.yaml:5:15: there is no Volume "yy"; declare it under volumes',
      'compose.yaml:6:15: there is no config "nope"; declare it under configs',
      'compose.yaml:11:3: Secret "ext" has no value here: the engine keeps such values only with Swarm; name a file or an environment variable',
    ],
  },
  'no image': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Agent
metadata: {name: a}
spec: {class: c}
---
apiVersion: reeve/v1
kind: AgentClass
metadata: {name: c}
spec: {tier: core}
---
apiVersion: reeve/v1
kind: Service
metadata: {name: s}
spec: {}
`.slice(1),
    },
    lines: [
      'reeve.yaml:4:7: Agent a has no image, expected for example image: postgres:15, or build: FOLDER',
      'reeve.yaml:14:7: Service s has no image, expected for example image: postgres:15, or build: FOLDER',
    ],
  },
  'a class that nobody takes': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: AgentClass
metadata: {name: c}
spec: {mem_limit: 1q, tier: cor}
`.slice(1),
    },
    lines: [
      'reeve.yaml:4:19: bad size "1q", expected bytes or a number with a unit, for example 512m or 2g',
      'reeve.yaml:4:29: tier: expected "core", "critical" or "standard"; did you mean "core"?',
    ],
  },
  'a class that is wrong is told once, however many take it': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: AgentClass
metadata: {name: c}
spec: {image: a, mem_limit: 1q}
---
apiVersion: reeve/v1
kind: Agent
metadata: {name: a}
spec: {class: c}
---
apiVersion: reeve/v1
kind: Agent
metadata: {name: b}
spec: {class: c}
`.slice(1),
    },
    lines: ['reeve.yaml:4:29: bad size "1q", expected bytes or a number with a unit, for example 512m or 2g'],
  },
  'documents that are no manifests': {
    files: {
      'reeve.yaml': `
- a
---
"x"
---
`.slice(1),
    },
    lines: [
      'reeve.yaml:1:1: expected a map with apiVersion, kind, metadata and spec',
      'reeve.yaml:3:1: expected a map with apiVersion, kind, metadata and spec',
    ],
  },
  'Compose tags in a manifest': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: web}
spec: {image: a, ports: !reset []}
`.slice(1),
    },
    lines: ['reeve.yaml:4:32: !reset belongs to Compose files; a manifest has no use for it'],
  },
  'the same mount twice': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: web}
spec: {image: a, volumes: ["/a:/run/secrets/s"], secrets: [s]}
---
apiVersion: reeve/v1
kind: Secret
metadata: {name: s}
spec: {env: S}
`.slice(1),
    },
    options: { env: { S: 'x' } },
    lines: [
      'reeve.yaml:4:60: warning: /run/secrets/s is mounted already: the mount is used, as by Compose; give it another target',
    ],
  },
  'a read-only mount of what is not there warns': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: web}
spec: {image: a, volumes: ["./conf/x:/x:ro"]}
`.slice(1),
    },
    lines: [
      'reeve.yaml:4:28: warning: bind mount of a path that is not there: conf/x; the engine makes an empty folder of it',
    ],
  },
  'mistakes in several files, sorted': {
    files: {
      'b.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: web}
spec: {imge: a}
`.slice(1),
      'a.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: db}
spec: {image: a, tier: x}
`.slice(1),
      'compose.yml': `
services: {x: {image: a, prots: []}}
`.slice(1),
    },
    options: { paths: ['.'] },
    lines: [
      'a.yaml:4:24: tier: expected "core", "critical" or "standard"',
      'b.yaml:4:8: unknown key "imge" in Service web; did you mean "image"?',
      'compose.yml:1:26: unknown key "prots" in service x; did you mean "ports"?',
    ],
  },
  'no file at all': {
    files: {},
    lines: [
      'reeve.yaml:1:1: no reeve.yaml and none of compose.yaml, compose.yml, docker-compose.yml, docker-compose.yaml in FOLDER or above; name manifests with -f PATH',
    ],
  },
  'a file that is not there, an empty folder': {
    files: {
      'sub/x.txt': '',
    },
    options: { paths: ['nope.yaml', 'sub'] },
    lines: [
      'nope.yaml:1:1: file not found',
      'sub:1:1: warning: no *.yaml or *.yml file in this folder; folders inside it are not read: name each with -f',
    ],
  },
  "a model server's URL": {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Model
metadata: {name: a}
spec: {server: "http://me:hunter2@ollama"}
---
apiVersion: reeve/v1
kind: Model
metadata: {name: b}
spec: {server: "http://"}
`.slice(1),
    },
    lines: [
      'reeve.yaml:4:16: server: a URL with a user or password is not supported; it would be shown and stored',
      'reeve.yaml:9:16: server: expected a URL such as http://ollama.example:11434',
    ],
  },
  'what only Compose files have': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: web}
spec: {image: a, profiles: [x], extends: {service: y}}
`.slice(1),
    },
    lines: [
      'reeve.yaml:4:18: unknown key "profiles" in Service web; it belongs to Compose files',
      'reeve.yaml:4:33: unknown key "extends" in Service web; it belongs to Compose files',
    ],
  },
  'a Compose file without services is one all the same': {
    files: {
      'a.yml': `
services: {x: {image: a, networks: [n]}}
`.slice(1),
      'b.yml': `
networks: {n: {drver: bridge}}
`.slice(1),
    },
    options: { paths: ['a.yml', 'b.yml'] },
    lines: ['b.yml:1:16: unknown key "drver" in network n; did you mean "driver"?'],
  },
  'a signal that is none': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: web}
spec: {image: a, onChange: {signal: SIGFOO}}
`.slice(1),
    },
    lines: ['reeve.yaml:4:37: signal: expected a signal such as SIGHUP'],
  },
  'a bad -p': {
    files: {
      'reeve.yaml': `
apiVersion: reeve/v1
kind: Service
metadata: {name: web}
spec: {image: a}
`.slice(1),
    },
    options: { platform: 'My Shop' },
    lines: [
      '-p:1:1: "My Shop" is no name for a platform; expected lower-case letters, digits, "_" and "-", beginning with a letter or digit',
    ],
  },
};

test.each(Object.entries(mistakes))('%s', async (_, { files, options, lines }) => {
  expect(await linesOf(files, options)).toEqual(lines);
});
