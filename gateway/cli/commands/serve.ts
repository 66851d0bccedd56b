import type { Command } from 'commander';
import { startCaptureThreadEarly } from '../../captures/worker-thread.ts';
import type { Gateway } from '../../index.ts';
import type { openLog } from '../../log.ts';
import { CliError, EXIT, type ExitCode, usage } from '../cli-error.ts';
import { handle, type Run } from '../command.ts';
import { saveCompiledCode } from '../compiled-code.ts';
import { openBrowser } from '../open-browser.ts';
import { screensFolder } from '../screens-folder.ts';
import { passphraseOfFile, readPassphrase } from '../secret-input.ts';
import { port } from './options.ts';

interface ServeOptions {
  readonly port?: number;
  readonly host: string;
  readonly open?: boolean;
  readonly redis?: string;
  readonly otlp?: string;
  readonly exposeToNetwork?: boolean;
}

/** By then everything that a start needs was compiled. */
const SETTLED_MS = 2_000;

/** Requests under way get this long to end. */
const DRAIN_MS = 10_000;

export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('run the gateway and its screens, without a window')
    .option('--port <port>', 'port to listen on; 0 picks a free one (default: that of the settings, 4141)', port)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--expose-to-network', 'allow a --host that other computers can reach')
    .option('--otlp <url>', 'send traces to this OpenTelemetry collector, such as http://127.0.0.1:4318', collector)
    .option('--open', 'open the screens in a browser')
    .option(
      '--redis <url>',
      'share the counters of limits with other gateways; with a password better in KEYWARD_REDIS_URL',
    )
    .action(handle<ServeOptions, []>((run, options) => serve(run, options)));
}

async function serve({ globals, out }: Run, options: ServeOptions): Promise<ExitCode> {
  const exposed = !isLoopbackAddress(options.host);
  if (exposed && !options.exposeToNetwork) {
    throw usage(
      `Listening on ${options.host} lets other computers reach this gateway.`,
      'If that is meant, add --expose-to-network. They still need gateway keys; the screens stay on this computer.',
    );
  }
  startCaptureThreadEarly();
  const [{ createGateway }, { homePaths, resolveHome, prepareHome }] = await Promise.all([
    import('../../index.ts'),
    import('../../store/home.ts'),
  ]);
  const home = resolveHome(globals.home);
  await prepareHome(home);
  const stopped = new Promise<void>((resolve) => {
    onStopSignal(resolve);
    stopAsked = resolve;
  });
  const passphraseFile = globals.passphraseFile ?? process.env.KEYWARD_PASSPHRASE_FILE;
  const log = new LateLog(homePaths(home).logs);
  // A gateway that others rely on goes on after a fault of its own; what it was stands in the log.
  process.on('uncaughtException', (error) => log.error(error, 'uncaught'));
  process.on('unhandledRejection', (reason) => log.error(reason, 'unhandled rejection'));
  let gateway: Gateway;
  try {
    gateway = await createGateway({
      home,
      mode: 'headless',
      port: options.port,
      host: options.host,
      otlpUrl: options.otlp,
      keyFile: globals.keyFile ?? process.env.KEYWARD_KEY_FILE,
      passphrase: passphraseFile ? await passphraseOfFile(passphraseFile) : undefined,
      screens: screensFolder(),
      redisUrl: redisUrl(options.redis ?? process.env.KEYWARD_REDIS_URL),
      onStopAsked: () => stopAsked(),
      onFault: (error) => log.error(error),
    });
  } catch (error) {
    await log.close();
    throw error;
  }
  try {
    if (!out.json) await offerPassphrase(gateway);
    const { url, problem } = await gateway.start();
    if (url === null)
      throw new CliError(EXIT.failed, problem?.sentence ?? 'The gateway cannot listen.', problem?.next ?? null);
    announce(gateway, url, home, exposed, out);
    if (options.open) openBrowser(gateway.signInUrl() as string);
    setTimeout(saveCompiledCode, SETTLED_MS).unref();
    log.open();
    await stopped;
    out.note('Stopping: requests under way may end.');
    return EXIT.done;
  } finally {
    await gateway.stop(DRAIN_MS);
    await log.close();
  }
}

/** Never repeats the address: it may hold a password. */
function redisUrl(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  if (URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol)) return text;
  throw usage('That is no address of a Redis server.', 'Write redis://127.0.0.1:6379, or rediss:// with TLS.');
}

/** The log, opened once the gateway listens or has something to say: until then it would only hold up the start. */
class LateLog {
  readonly #folder: string;
  #opening: Promise<ReturnType<typeof openLog> | undefined> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Undefined where there can be none: a log must not take the gateway with it. */
  open(): Promise<ReturnType<typeof openLog> | undefined> {
    this.#opening ??= import('../../log.ts').then((module) => module.openLog(this.#folder)).catch(() => undefined);
    return this.#opening;
  }

  error(error: unknown, words?: string): void {
    void this.open().then((opened) => opened?.log.error(error, words));
  }

  async close(): Promise<void> {
    await (await this.#opening)?.close();
  }
}

function collector(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return text;
  throw usage('--otlp wants an http:// or https:// address.', 'For example --otlp http://127.0.0.1:4318');
}

/** Set as soon as there is something to stop. */
let stopAsked = () => {};

function announce(gateway: Gateway, url: string, home: string, exposed: boolean, out: Run['out']): void {
  const ui = gateway.signInUrl() as string;
  const { store, vault } = gateway.services;
  const ready = { event: 'ready', url, ui, home, pid: process.pid };
  out.value(ready, () =>
    [
      `${out.paint.bold('Keyward')} listens at ${out.paint.bold(url)}`,
      `Screens   ${ui}`,
      `Home      ${home}`,
      '',
      'Point an app at that address (…/v1 for OpenAI SDKs) with a key from: keyward gateway-keys issue --app NAME',
      'Ctrl-C ends it.',
    ].join('\n'),
  );
  for (const { sentence, next } of [...store.notices, ...vault.notices])
    out.note(next ? `${sentence} ${next}` : sentence);
  const status = vault.status();
  if (status.state !== 'unlocked') out.note(status.next ? `${status.sentence} ${status.next}` : status.sentence);
  if (exposed)
    out.note('Other computers can reach this gateway. Every request needs a gateway key, and travels unencrypted.');
}

/** A vault that waits for its passphrase can be opened by whoever sits at the terminal; an empty line leaves it locked. */
async function offerPassphrase(gateway: Gateway): Promise<void> {
  const { vault } = gateway.services;
  while (process.stdin.isTTY && vault.status().state === 'locked' && vault.status().ways.includes('passphrase')) {
    const passphrase = await readPassphrase('Passphrase of the vault (Enter leaves it locked): ', '');
    if (!passphrase) return;
    await vault.unlockWithPassphrase(passphrase).catch((error: Error) => process.stderr.write(`${error.message}\n`));
  }
}

/** The first signal drains; a second one, from somebody who will not wait, ends at once. */
function onStopSignal(stop: () => void): void {
  let asked = false;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (asked) process.exit(EXIT.failed);
      asked = true;
      stop();
    });
  }
}

function isLoopbackAddress(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
