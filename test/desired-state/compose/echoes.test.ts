// Compose files of other people: what follows from one mistake is not said beside it, and a variable that is not set is
// named where its value is refused.

import { testMistakes } from '../../support/mistakes.ts';

testMistakes({
  'a service that is refused is not said to take no part': {
    files: {
      'compose.yaml': `
services:
  web: {image: i, depends_on: [db]}
  guest: {image: i, network_mode: "service:db", depends_on: {db: {condition: service_started, required: false}}}
  db: {image: i, not_a_field: 1}
`.slice(1),
    },
    lines: ['compose.yaml:4:18: unknown key "not_a_field" in service db'],
  },
  'modes of a service without an image are read as Compose reads them': {
    files: {
      'compose.yaml': `
services:
  web: {configs: [{source: c, mode: 493}]}
configs: {c: {content: x}}
`.slice(1),
    },
    lines: [
      'compose.yaml:2:8: Service web has no image, expected for example image: postgres:15, or build: FOLDER',
    ],
  },
  'a template is told once': {
    files: {
      'compose.yaml': `
services:
  {{ if .Dev }}
  web:
    image: i
  {{ end }}
  db:
    image: i
`.slice(1),
    },
    lines: [
      'compose.yaml:5:1: not valid YAML: this is a template, which another program fills in; name the file that comes of it',
    ],
  },
  'what a variable leaves empty': {
    files: {
      'compose.yaml': `
services:
  web:
    image: "repo:\${TAG}"
    ports: ["8x:80"]
    volumes: ["\${DATA}:/data"]
`.slice(1),
    },
    lines: [
      'compose.yaml:3:12: bad image "repo:", expected name[:tag], lower case; a variable filled it in: give it a value',
      'compose.yaml:3:12: warning: the "TAG" variable is not set, defaulting to a blank string',
      'compose.yaml:4:13: bad port "8x", expected 1 to 65535 or a range, for example "8080:80" or "3000-3005"',
      'compose.yaml:5:15: bad volume ":/data", expected [source:]target[:options], for example "data:/var/lib/data:ro"; a variable filled it in: give it a value',
      'compose.yaml:5:15: warning: the "DATA" variable is not set, defaulting to a blank string',
    ],
  },
});
