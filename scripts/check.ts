/**
 * `npm run check`: what a reviewer should not have to say. All four run side by side, so that one run shows every
 * complaint; the output of those that passed is left out.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const bin = path.join(root, 'node_modules');

const CHECKS = [
  { name: 'types', command: ['typescript/bin/tsc'] },
  { name: 'lint and formatting', command: ['@biomejs/biome/bin/biome', 'check', '.'] },
  { name: 'dead code', command: ['knip/bin/knip.js'] },
  {
    name: 'dependency direction',
    command: ['dependency-cruiser/bin/dependency-cruise.mjs', 'electron', 'renderer', 'gateway', 'scripts'],
  },
];

const results = await Promise.all(CHECKS.map(runCheck));
for (const { name, code, output } of results) {
  process.stdout.write(code === 0 ? `ok      ${name}\n` : `FAILED  ${name}\n${output.replaceAll(/^/gm, '        ')}\n`);
}
process.exitCode = results.some(({ code }) => code !== 0) ? 1 : 0;

async function runCheck({ name, command: [script = '', ...args] }: (typeof CHECKS)[number]) {
  const child = spawn(process.execPath, [path.join(bin, script), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const code = await new Promise<number>((resolve) => child.on('close', (exitCode) => resolve(exitCode ?? 1)));
  return { name, code, output };
}
