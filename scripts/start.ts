/**
 * `npm start`: builds what is stale and opens the desktop app. Where no window can be had it says why in one line and
 * serves the same screens headless, so that the command always ends in something usable.
 * Arguments go on to whichever was started: `npm start -- --port 0`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { buildStale } from './build.ts';
import { findDisplay, getElectron } from './machine.ts';

const root = path.join(import.meta.dirname, '..');
const args = process.argv.slice(2);

/** A window that closes with an error this soon never opened: a missing library, a sandbox that the system denies. */
const NEVER_OPENED_MS = 15_000;

/** The app's own word for "I have said why": nothing else would fare better. */
const SAID_WHY_EXIT_CODE = 70;

const display = findDisplay();
const electron = display.missing ? { missing: display.missing } : await getElectron();
process.exitCode = electron.path ? await startDesktop(electron.path) : await startHeadless(electron.missing);

async function startDesktop(program: string): Promise<number> {
  await buildStale(['renderer', 'electron']);
  const startedAt = Date.now();
  const environment = { ...process.env };
  delete environment.ELECTRON_RUN_AS_NODE; // set by editors' terminals; it would turn Electron into a plain Node
  const code = await ended(spawn(program, [root, ...args], { stdio: 'inherit', env: environment }));
  const failed = code !== 0 && code !== SAID_WHY_EXIT_CODE && Date.now() - startedAt < NEVER_OPENED_MS;
  return failed ? startHeadless(`Electron ended with code ${code}`) : code;
}

async function startHeadless(reason: string | undefined): Promise<number> {
  process.stderr.write(`No desktop window, because ${reason}: serving the same screens in a browser.\n`);
  await buildStale(['renderer', 'cli']);
  const open = display.path ? ['--open'] : [];
  const command = [path.join(root, 'dist/cli/keyward.js'), 'serve', ...open, ...args];
  return ended(spawn(process.execPath, command, { stdio: 'inherit' }));
}

/** The child's exit code, 1 if it was killed or could not start. Signals to this process are handed on, so that it drains. */
function ended(child: ChildProcess): Promise<number> {
  const handOn = (signal: NodeJS.Signals) => child.kill(signal);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, handOn);
  return new Promise((resolve) => {
    const finish = (code: number) => {
      for (const signal of signals) process.off(signal, handOn);
      resolve(code);
    };
    child.on('error', (error) => {
      process.stderr.write(`${error.message}\n`);
      finish(1);
    });
    child.on('exit', (code, signal) => finish(code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1)));
  });
}
