/**
 * How a command reaches the control interface: over HTTP where Keyward runs on that home, else on the home's own files,
 * with the very same router.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ControlClient } from '../control/router.ts';
import { homePaths, resolveHome } from '../store/home.ts';
import { findInstance, type Instance, type InstanceState } from '../store/instance.ts';
import { CliError, EXIT } from './cli-error.ts';
import { passphraseOfFile, readPassphrase } from './secret-input.ts';
import { version } from './version.ts';

export interface SessionOptions {
  readonly home?: string;
  readonly keyFile?: string;
  readonly passphraseFile?: string;
}

export interface Session {
  readonly client: ControlClient;
  /** The instance that answers; undefined where the command works on the files. */
  readonly instance: Instance | undefined;
  close(): Promise<void>;
}

/**
 * Opens a session. `create` makes the home where there is none (commands that store something); without it that is
 * exit code 3.
 */
export async function openSession(options: SessionOptions, create: boolean): Promise<Session> {
  const home = resolveHome(options.home);
  const running = remoteSession(await findInstance(home));
  if (running) return running;
  if (!create && !isHome(home)) {
    throw new CliError(
      EXIT.nothingThere,
      `There is no Keyward home at ${home}.`,
      'Start one with `keyward serve`, or name another with --home.',
    );
  }
  try {
    return await localSession(home, options);
  } catch (error) {
    // It may have been started this very moment, and holds the home now.
    const started = (error as { code?: unknown }).code === 'home-busy' && remoteSession(await findInstance(home));
    if (started) return started;
    throw error;
  }
}

/** Opens the home where there is one; else an empty one for this command alone, that leaves nothing behind. */
export async function openPassingSession(options: SessionOptions): Promise<Session> {
  const home = resolveHome(options.home);
  if (isHome(home) || (await findInstance(home)).state !== 'none') return openSession(options, false);
  const passing = mkdtempSync(path.join(os.tmpdir(), 'keyward-'));
  const remove = () => rmSync(passing, { recursive: true, force: true });
  // Also where the command is broken off.
  const end = (signal: NodeJS.Signals) => {
    remove();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  process.once('exit', remove);
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  const session = await localSession(passing, {});
  return {
    ...session,
    close: async () => {
      await session.close();
      remove();
    },
  };
}

function isHome(home: string): boolean {
  return existsSync(homePaths(home).config) || existsSync(homePaths(home).versions);
}

function remoteSession(found: InstanceState): Promise<Session> | undefined {
  if (!('instance' in found)) return undefined;
  const { instance, state } = found;
  if (state === 'running' && instance.url !== null) return connectTo(instance, instance.url);
  throw new CliError(
    EXIT.nothingThere,
    `Keyward runs (process ${instance.pid}), but ${instance.url === null ? 'listens nowhere' : `does not answer at ${instance.url}`}.`,
    'Look at its window or its log (logs/keyward.log in the home), or end that process and start it again.',
  );
}

async function connectTo(instance: Instance, url: string): Promise<Session> {
  const [{ createORPCClient }, { OpenAPILink }, { contract }] = await Promise.all([
    import('@orpc/client'),
    import('@orpc/openapi-client/fetch'),
    import('../control/contract/index.ts'),
  ]);
  const link = new OpenAPILink(contract, {
    url: `${url}/api`,
    headers: { authorization: `Bearer ${instance.token}` },
  });
  return { client: createORPCClient(link), instance, close: async () => {} };
}

async function localSession(home: string, options: SessionOptions): Promise<Session> {
  const [{ openServices }, { controlClient }] = await Promise.all([
    import('../services.ts'),
    import('../control/router.ts'),
  ]);
  const passphraseFile = options.passphraseFile ?? process.env.KEYWARD_PASSPHRASE_FILE;
  const services = await openServices({
    home,
    keyFile: options.keyFile ?? process.env.KEYWARD_KEY_FILE,
    passphrase: passphraseFile ? await passphraseOfFile(passphraseFile) : undefined,
  });
  const client = controlClient(
    {
      version: version(),
      mode: 'headless',
      pid: process.pid,
      startedAt: new Date(services.now()).toISOString(),
      store: services.store,
      vault: services.vault,
      cache: services.cache,
      recorder: services.recorder,
      probe: services.probe,
      routing: services.routing,
      lists: services.lists,
      replay: services.replay,
      listener: () => ({ url: null, problem: null }),
      stop: () => {},
      onFault: (error) => process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`),
      now: services.now,
      random: services.random,
    },
    'cli',
  );
  return { client, instance: undefined, close: () => services.close() };
}

/** Asks for the passphrase on the terminal where that is all that is missing; else leaves the refusal to the call itself. */
export async function unlockIfAsked(session: Session): Promise<void> {
  const status = await session.client.vault.status();
  if (status.state !== 'locked' || !status.ways.includes('passphrase')) return;
  const passphrase = await readPassphrase('Passphrase of the vault: ');
  if (passphrase) await session.client.vault.unlock({ passphrase });
}
