// Mistakes within one manifest: what a person reads for each way to write it wrong.

import { testMistakes } from '../support/mistakes.ts';

testMistakes({
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
});
