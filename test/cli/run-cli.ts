/** Runs the real CLI in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { cliEntry } from '../../scripts/cli-entry.ts';

const MAIN = cliEntry();
const TIMEOUT_MS = 30_000;

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of stdout, parsed. */
  readonly rows: Record<string, unknown>[];
}

export interface CliOptions {
  readonly home: string;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export function newHome(): string {
  return mkdtempSync(path.join(os.tmpdir(), 'keyward-cli-'));
}

export function startCli(args: readonly string[], { home, env }: CliOptions): ChildProcess {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KEYWARD_')));
  return spawn(process.execPath, [MAIN, ...args], {
    env: { ...inherited, KEYWARD_HOME: home, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    // Out of the terminal that the tests run in: a prompt would wait there for ever.
    detached: true,
  });
}

export function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  const child = startCli(args, options);
  child.stdin?.on('error', () => {}); // it may end without reading
  child.stdin?.end(options.stdin ?? '');
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
    child.stdout?.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({
        code,
        stdout,
        stderr,
        get rows() {
          return stdout
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line) as Record<string, unknown>);
        },
      });
    });
  });
}

export interface Served {
  readonly ready: {
    readonly event: string;
    readonly url: string;
    readonly ui: string;
    readonly home: string;
    readonly pid: number;
  };
  readonly child: ChildProcess;
  readonly stderr: () => string;
  /** Exit code after this signal. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** `keyward serve --json --port 0`; resolves with its first line. */
export function serveCli(options: CliOptions, args: readonly string[] = []): Promise<Served> {
  const child = startCli(['serve', '--json', '--port', '0', ...args], options);
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return new Promise((resolve, reject) => {
    let stdout = '';
    child.stdout?.on('data', (chunk) => {
      stdout += chunk;
      const end = stdout.indexOf('\n');
      if (end === -1) return;
      resolve({
        ready: JSON.parse(stdout.slice(0, end)) as Served['ready'],
        child,
        stderr: () => stderr,
        end: (signal = 'SIGTERM') => {
          child.kill(signal);
          return ended;
        },
      });
    });
    void ended.then((code) => reject(new Error(`serve ended with ${code}: ${stderr}`)));
  });
}
