// Mistakes between manifests: names, references, circles and what two cannot have at once.

import { testMistakes } from '../support/mistakes.ts';

testMistakes({
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
});
