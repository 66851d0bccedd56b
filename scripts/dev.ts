/**
 * `npm run dev`: the gateway straight from its sources, restarted when they change, and the screens rebuilt when
 * theirs do (reload the page). Arguments go to `serve`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { buildStale } from './build.ts';

const root = path.join(import.meta.dirname, '..');
await buildStale(['renderer']); // so that the page is there when the gateway is

const run = (args: string[]) => spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
const children: ChildProcess[] = [
  run(['node_modules/vite/bin/vite.js', 'build', '--watch', '--config', 'renderer/vite.config.ts']),
  run(['--watch', '--watch-preserve-output', 'gateway/cli/main.ts', 'serve', ...process.argv.slice(2)]),
];

const stop = () => {
  for (const child of children) child.kill('SIGTERM');
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
for (const child of children) {
  child.on('exit', (code) => {
    process.exitCode ||= code ?? 0;
    stop(); // one without the other is no use
  });
}
