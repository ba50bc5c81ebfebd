// Mistakes of what a load reads beside manifests: files, folders, variables, Compose files and options.

import { testMistakes } from '../support/mistakes.ts';

testMistakes({
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
});
