/** A headless Keyward of its own home for a benchmark: served, one provider, one gateway key. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { memoryMb } from './cpu.ts';
import { type Contender, stopChild } from './servers.ts';

/** What ships, not its sources: `buildStale(['cli'])` first. */
export const CLI = new URL('../../dist/cli/keyward.js', import.meta.url).pathname;

export interface Served {
  readonly url: string;
  readonly process: ChildProcess;
  /** From process start to `ready`, ms. */
  readonly startMs: number;
  /** Resident memory, MB. */
  memoryMb(): number;
  stop(): Promise<void>;
}

export interface BenchKeyward extends Contender, Served {
  readonly key: string;
  readonly home: string;
}

export async function cli(home: string, args: readonly string[], stdin = ''): Promise<string> {
  const child = spawn(process.execPath, [CLI, '--home', home, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(stdin);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`keyward ${args.join(' ')} ended with ${code}: ${err}`);
  return out;
}

export async function serve(home: string): Promise<Served> {
  const started = performance.now();
  const child: ChildProcess = spawn(process.execPath, [CLI, '--home', home, '--json', 'serve', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { url } = await new Promise<{ url: string }>((resolve, reject) => {
    if (!child.stdout) throw new Error('no stdout');
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line)));
    child.once('exit', (code) => reject(new Error(`serve ended with ${code}`)));
  });
  return {
    url,
    process: child,
    startMs: performance.now() - started,
    memoryMb: () => memoryMb(child.pid),
    stop: () => stopChild(child),
  };
}

export async function startKeyward(name: string, upstream: string, recording: 'full' | 'off'): Promise<BenchKeyward> {
  const home = mkdtempSync(join(tmpdir(), 'keyward-bench-home-'));
  const served = await serve(home);
  await cli(home, ['providers', 'add', 'bench', '--base-url', `${upstream}/v1`, '--dialect', 'openai-chat']);
  await cli(home, ['keys', 'add', '--provider', 'bench', '--no-check'], 'sk-bench-0123456789abcdef0123456789abcdef');
  await cli(home, ['apps', 'add', 'bench']);
  const issued = JSON.parse(await cli(home, ['--json', 'gateway-keys', 'issue', '--app', 'bench'])) as { key: string };
  if (recording === 'off') await setRecordingOff(home, served.url);
  return {
    ...served,
    name,
    home,
    key: issued.key,
    stop: async () => {
      await served.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function setRecordingOff(home: string, url: string) {
  const instance = JSON.parse(readFileSync(join(home, 'instance.json'), 'utf8')) as { token: string };
  const answer = await fetch(`${url}/api/settings`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${instance.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ recording: 'off' }),
  });
  if (!answer.ok) throw new Error(`settings answered ${answer.status}`);
}
