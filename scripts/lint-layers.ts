// Checks the direction of imports (.dependency-cruiser.cjs), and that the checker has seen every module: with a
// compiler that it does not know it reads none and would call that clean.

import { globSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const layers = ['desired-state', 'reconcilers', 'controller'];
const { forbidden, options } = createRequire(import.meta.url)('../.dependency-cruiser.cjs');

const { output } = await cruise(layers, { ruleSet: { forbidden }, validate: true, ...options }, undefined, {
  tsConfig: extractTSConfig('tsconfig.json'),
});
const { modules, summary } = output as ICruiseResult;

const seen = new Set(modules.map((module) => module.source));
const missed = layers.flatMap((layer) => globSync(`${layer}/**/*.ts`)).filter((file) => !seen.has(file));
const crossing = modules.filter(
  (module) =>
    module.source.startsWith('reconcilers/') &&
    module.dependencies.some((dependency) => dependency.resolved.startsWith('desired-state/')),
);

for (const { rule, from, to } of summary.violations) {
  console.error(`${rule.name}: ${from} must not import ${to}`);
}
for (const file of missed) console.error(`not seen: ${file}`);
if (crossing.length === 0)
  console.error('no import of types was seen between the layers: is TypeScript known?');

if (summary.violations.length > 0 || missed.length > 0 || crossing.length === 0) process.exitCode = 1;
else console.log(`${seen.size} modules, ${summary.totalDependenciesCruised} imports, all in order`);
