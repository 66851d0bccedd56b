/** Homes for tests: real folders, removed afterwards, and the processes that tests start in them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { openStore, type Store, type StoreOptions } from '../../gateway/store/store.ts';

/** An empty private folder, gone when the test is over. */
export function temporaryHome(): string {
  const home = mkdtempSync(path.join(tmpdir(), 'keyward-home-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

/** An open store that closes with the test. */
export async function storeIn(home: string, options: Partial<StoreOptions> = {}): Promise<Store> {
  const store = await openStore({ home, ...options });
  onTestFinished(() => store.close());
  return store;
}

export const BY = { actor: 'test', action: 'test.change', subject: 'test' };

export function appNamed(name: string, number = 1) {
  const id = `app_${String(number).padStart(8, '0')}`;
  return { id, name, owner: null, recording: null, createdAt: '2026-11-23T00:00:00.000Z' };
}

/** A provider key's record, complete but for what the test is about. */
export function providerKey(id: string, sealed: string) {
  return {
    id,
    provider: 'openai',
    label: id,
    sealed,
    version: 1,
    lastFour: '1234',
    fingerprint: 'f'.repeat(16),
    createdAt: '2026-11-23T00:00:00Z',
    replacedAt: null,
    expiresAt: null,
    disabledAt: null,
    health: {
      state: 'never_checked' as const,
      sentence: '',
      cause: null,
      checkedAt: null,
      source: 'none' as const,
      status: null,
      since: null,
    },
    history: [],
  };
}

/** Adds an app and waits until that is on the disk. */
export function addApp(store: Store, name: string, number = 1): Promise<number> {
  return store.update({ actor: 'test', action: 'app.add', subject: name }, (draft) =>
    draft.apps.push(appNamed(name, number)),
  );
}

export interface Child {
  readonly process: ChildProcess;
  readonly lines: string[];
  /** Resolves with the first line, past or future, that holds `text`; rejects when the child ends before. */
  line(text: string): Promise<string>;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

const CHILDREN = {
  'hold.ts': new URL('./children/hold.ts', import.meta.url),
  'write-in-a-loop.ts': new URL('./children/write-in-a-loop.ts', import.meta.url),
};

/** Runs test/store/children/NAME under the bundled Node; killed with the test. */
export function startChild(
  name: keyof typeof CHILDREN,
  args: readonly string[],
  options: { uid?: number } = {},
): Child {
  const script = fileURLToPath(CHILDREN[name]);
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    for (const look of [...waiting]) look();
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  });
  const line = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = lines.find((each) => each.includes(text));
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
      void ended.then(() =>
        reject(new Error(`the child ended without "${text}"; it said: ${lines.join('\n')}\n${errors}`)),
      );
    });
  return { process: child, lines, line, ended };
}
