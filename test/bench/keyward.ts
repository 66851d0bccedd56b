/** A headless Keyward of its own home for a benchmark: served, one provider, one gateway key. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Contender, stopChild } from './servers.ts';

export const CLI = new URL('../../gateway/cli/main.ts', import.meta.url).pathname;

export interface BenchKeyward extends Contender {
  readonly key: string;
  readonly home: string;
  /** From process start to `ready`, ms. */
  readonly startMs: number;
  /** Resident memory, MB. */
  memoryMb(): number;
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

export async function startKeyward(name: string, upstream: string, recording: 'full' | 'off'): Promise<BenchKeyward> {
  const home = mkdtempSync(join(tmpdir(), 'keyward-bench-home-'));
  const started = performance.now();
  const child: ChildProcess = spawn(process.execPath, [CLI, '--home', home, '--json', 'serve', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ready = await new Promise<{ url: string }>((resolve, reject) => {
    if (!child.stdout) throw new Error('no stdout');
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line)));
    child.once('exit', (code) => reject(new Error(`serve ended with ${code}`)));
  });
  const startMs = performance.now() - started;
  await cli(home, ['providers', 'add', 'bench', '--base-url', `${upstream}/v1`, '--dialect', 'openai-chat']);
  await cli(home, ['keys', 'add', '--provider', 'bench', '--no-check'], 'sk-bench-0123456789abcdef0123456789abcdef');
  await cli(home, ['apps', 'add', 'bench']);
  const issued = JSON.parse(await cli(home, ['--json', 'gateway-keys', 'issue', '--app', 'bench'])) as { key: string };
  if (recording === 'off') await setRecordingOff(home, ready.url);
  return {
    name,
    url: ready.url,
    process: child,
    home,
    key: issued.key,
    startMs,
    memoryMb: () => {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
    },
    stop: async () => {
      await stopChild(child);
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
