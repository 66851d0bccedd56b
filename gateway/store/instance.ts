/** `HOME/instance.json`: where the running gateway of this home is, and the token that lets the CLI talk to it. */
import { readFile, unlink } from 'node:fs/promises';
import { get } from 'node:http';
import { z } from 'zod';
import { writeDurably } from './durable-file.ts';
import { homePaths } from './home.ts';
import { errorCode, isMissing } from './store-error.ts';

const instanceSchema = z.object({
  /** `http://127.0.0.1:4141`; null while the desktop app cannot listen. */
  url: z.url().nullable(),
  pid: z.number().int().positive(),
  /** `Authorization: Bearer` of the control interface; new at every start. */
  token: z.string().min(16),
  startedAt: z.iso.datetime(),
  mode: z.enum(['desktop', 'headless']),
  /** Keyward's version. */
  version: z.string(),
});
export type Instance = z.infer<typeof instanceSchema>;

/** `stale` is a leftover of a killed process; `silent` a living process that does not answer on its address. */
export type InstanceState =
  | { readonly state: 'none' | 'stale' }
  | { readonly state: 'running' | 'silent'; readonly instance: Instance };

/** Announces this instance; replaces a stale announcement. Mode 0600. */
export async function writeInstance(home: string, instance: Instance): Promise<void> {
  await writeDurably(homePaths(home).instance, `${JSON.stringify(instanceSchema.parse(instance), null, 2)}\n`);
}

/** The announcement as it stands, living or not; undefined where there is none or it is unreadable. */
export async function readInstance(home: string): Promise<Instance | undefined> {
  try {
    return instanceSchema.parse(JSON.parse(await readFile(homePaths(home).instance, 'utf8')));
  } catch {
    return undefined; // absent, torn or foreign: no instance that one could talk to
  }
}

/** Takes the announcement back, unless another process has replaced it meanwhile. */
export async function removeInstance(home: string, pid: number = process.pid): Promise<void> {
  const current = await readInstance(home);
  if (current && current.pid !== pid) return;
  await unlink(homePaths(home).instance).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
}

/** Is there an instance, does its process live, does it answer? Bounded by `timeoutMs`. Never throws. */
export async function findInstance(home: string, timeoutMs = 2000): Promise<InstanceState> {
  const instance = await readInstance(home);
  if (!instance) return { state: 'none' };
  if (!isAlive(instance.pid)) return { state: 'stale' };
  if (instance.url === null) return { state: 'silent', instance };
  return { state: (await answers(instance.url, timeoutMs)) ? 'running' : 'silent', instance };
}

/** Does a process of this id exist, ours or another user's? */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

function answers(url: string, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    // Without the token: after a crash another program may listen on that port.
    const request = get(new URL('/health', url), { agent: false, timeout: timeoutMs }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    const timer = setTimeout(() => request.destroy(new Error('no answer')), timeoutMs);
    request.on('error', () => resolve(false));
    request.on('close', () => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}
