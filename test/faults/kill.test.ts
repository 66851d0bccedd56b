/**
 * SIGKILL at random moments under load and key edits. What was acknowledged must be there afterwards; of the captures at
 * most those of the last 50 ms may be gone. 20 kills by default, KEYWARD_KILLS=200 for the long run.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { watchRunning, watchStalls } from '../support/stall.ts';

const KILLS = Number(process.env.KEYWARD_KILLS ?? 20);
const CHILD = new URL('./children/serve.ts', import.meta.url).pathname;
const LOSABLE_MS = 50;

let home: string;
let started: ChildProcess | undefined;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'keyward-kill-'));
});
afterAll(async () => {
  // Also where an expectation failed in between: a gateway would run on for good.
  if (started?.exitCode === null && started.signalCode === null) {
    const gone = once(started, 'exit');
    started.kill('SIGKILL');
    await gone;
  }
  await rm(home, { recursive: true, force: true });
});

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly token: string;
}

async function start(): Promise<Running> {
  const child = spawn(process.execPath, [CHILD, home], { stdio: ['ignore', 'pipe', 'inherit'] });
  started = child;
  const lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> });
  const [line] = (await once(lines, 'line')) as [string];
  const { url } = JSON.parse(line) as { url: string };
  const { token } = JSON.parse(await readFile(join(home, 'instance.json'), 'utf8')) as { token: string };
  return { child, url, token };
}

async function api<T>(running: Running, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${running.url}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${running.token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    body: body ? JSON.stringify(body) : undefined,
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

it(`${KILLS} kills lose nothing that was acknowledged`, { timeout: 60_000 + KILLS * 8_000 }, async () => {
  const apps = new Set<string>();
  const keys = new Set<string>();
  const gatewayKeys = new Set<string>();
  const captures: { id: string; at: number }[] = [];
  let checked = 0;
  let running = await start();
  await api(running, 'POST', '/apps', { name: 'load' });
  apps.add('load');
  const issued = await api<{ id: string; key: string }>(running, 'POST', '/gateway-keys', { app: 'load' });
  gatewayKeys.add(issued.id);
  for (let kill = 0; kill < KILLS; kill += 1) {
    let alive = true;
    let killedAt = 0;
    const current = running;
    const stalls = watchStalls();
    const runs = watchRunning(current.child.pid as number, () => performance.now());
    const edits = async () => {
      for (let n = 0; alive; n += 1) {
        const name = `app-${kill}-${n}`;
        const added = await api<{ key: { id: string } }>(current, 'POST', '/keys', {
          provider: 'openai',
          secret: `sk-proj-${String(kill).padStart(6, 'k')}${String(n).padStart(6, 'n')}${'Ab3'.repeat(16)}`,
          label: name,
          check: false,
        });
        keys.add(added.key.id);
        await api(current, 'POST', '/apps', { name });
        apps.add(name);
        const key = await api<{ id: string }>(current, 'POST', '/gateway-keys', { app: name, label: name });
        gatewayKeys.add(key.id);
      }
    };
    const load = async () => {
      while (alive) {
        const response = await fetch(`${current.url}/v1/chat/completions`, {
          method: 'POST',
          headers: { authorization: `Bearer ${issued.key}`, 'content-type': 'application/json' },
          body: JSON.stringify({ model: 'practice/ok', messages: [{ role: 'user', content: `kill ${kill}` }] }),
        });
        await response.arrayBuffer();
        const id = response.headers.get('x-keyward-capture');
        if (response.status === 200 && id) captures.push({ id, at: performance.now() });
      }
    };
    const work = [edits(), load(), load(), load()].map((promise) => promise.catch(() => undefined));
    await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 900));
    alive = false;
    runs.stop();
    const gone = once(current.child, 'exit');
    killedAt = performance.now();
    current.child.kill('SIGKILL');
    await gone;
    // Four hops lie between an answer and the disk (this process, the gateway's thread, its worker, the disk); each may
    // have been kept waiting as long as we were, and the two threads as long as the kernel says.
    const losableMs = LOSABLE_MS + 4 * stalls.worstMs();
    stalls.stop();
    await Promise.all(work);
    running = await start();
    const found = {
      apps: new Set((await api<{ name: string }[]>(running, 'GET', '/apps')).map((row) => row.name)),
      keys: new Set((await api<{ id: string }[]>(running, 'GET', '/keys')).map((row) => row.id)),
      gatewayKeys: new Set((await api<{ id: string }[]>(running, 'GET', '/gateway-keys')).map((row) => row.id)),
    };
    expect([...apps].filter((name) => !found.apps.has(name))).toEqual([]);
    expect([...keys].filter((id) => !found.keys.has(id))).toEqual([]);
    expect([...gatewayKeys].filter((id) => !found.gatewayKeys.has(id))).toEqual([]);
    const due = captures.filter(({ at }) => runs.ranMs(at, killedAt) > losableMs);
    for (const { id } of due) {
      const capture = await api<{ id: string; state: string }>(running, 'GET', `/captures/${id}`);
      expect(capture).toMatchObject({ id, state: 'done' });
      checked += 1;
    }
    captures.length = 0;
  }
  const gone = once(running.child, 'exit');
  running.child.kill('SIGKILL');
  await gone;
  // A test that lost its load would prove nothing.
  expect(checked).toBeGreaterThan(KILLS);
  expect(keys.size).toBeGreaterThan(KILLS / 4);
  console.log(
    `${KILLS} kills: ${apps.size} apps, ${gatewayKeys.size} gateway keys, ${keys.size} provider keys, ${checked} captures checked`,
  );
});
