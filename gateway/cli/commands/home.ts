import { readdir, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import type { DoctorCheck, Status, WeatherRow } from '../../control/contract/index.ts';
import { homePaths, resolveHome } from '../../store/home.ts';
import { findInstance, isAlive } from '../../store/instance.ts';
import { CliError, EXIT, type ExitCode } from '../cli-error.ts';
import { handle, type Run } from '../command.ts';
import { openBrowser } from '../open-browser.ts';
import type { Output } from '../output.ts';
import { confirm } from '../secret-input.ts';
import { ago } from '../words.ts';

const STOP_WAIT_MS = 20_000;
const STOP_POLL_MS = 50;

/** Commands about this Keyward as a whole. */
export function addHomeCommands(program: Command): void {
  program
    .command('status')
    .description('is Keyward running, where, and is anything wrong')
    .action(
      handle(async (run) => {
        const { client, instance } = await running(run);
        const [status, weather] = await Promise.all([client.status.get(), client.usage.weather()]);
        run.out.value({ ...status, weather }, () => statusText(status, weather, run.out, instance.startedAt));
      }),
    );
  program
    .command('ui')
    .description('open the screens in a browser, signed in')
    .option('--no-open', 'print the address only')
    .action(
      handle<{ open: boolean }, []>(async (run, { open }) => {
        const { client } = await running(run);
        const { url } = await client.status.signIn();
        run.out.value({ url }, () => url);
        run.out.note('Good for one sign-in within fifteen minutes.');
        if (open && !run.out.json && process.stdout.isTTY) openBrowser(url);
      }),
    );
  program
    .command('stop')
    .description('end the running Keyward; requests under way may finish')
    .action(
      handle(async (run) => {
        const { client, instance } = await running(run);
        await client.status.stop();
        const deadline = performance.now() + STOP_WAIT_MS;
        while (isAlive(instance.pid)) {
          if (performance.now() > deadline) {
            throw new CliError(
              EXIT.failed,
              `Keyward (process ${instance.pid}) is still ending.`,
              'Requests under way hold it up; it ends with them.',
            );
          }
          await new Promise((resolve) => setTimeout(resolve, STOP_POLL_MS));
        }
        run.out.value({ done: true }, () => 'Keyward has ended.');
      }),
    );
  program
    .command('doctor')
    .description('check home, permissions, port, clock, keychain, proxy and the way to each provider')
    .action(handle((run) => doctor(run)));
  program
    .command('erase')
    .description('remove everything that Keyward stored in its home')
    .option('-y, --yes', 'do not ask')
    .action(handle<{ yes?: boolean }, []>((run, { yes }) => erase(run, yes === true)));
}

async function running(run: Run) {
  const home = resolveHome(run.globals.home);
  const found = await findInstance(home);
  if (!('instance' in found)) {
    throw new CliError(
      EXIT.nothingThere,
      `Keyward is not running on ${home}.`,
      'Start it with `keyward serve`, or open the desktop app.',
    );
  }
  const { client } = await run.session();
  return { client, instance: found.instance };
}

function statusText(status: Status, weather: readonly WeatherRow[], out: Output, startedAt: string): string {
  const { paint } = out;
  const { counts } = status;
  const listening = status.url
    ? `${paint.green('●')} listens at ${paint.bold(status.url)}`
    : `${paint.red('●')} ${status.problem?.sentence ?? 'listens nowhere'}`;
  const lines = [
    `${listening} (${status.mode}, process ${status.pid}, started ${ago(startedAt, Date.now())})`,
    `Home       ${status.home}`,
    `Vault      ${status.vault.sentence}${status.vault.next ? ` ${status.vault.next}` : ''}`,
    `Stored     ${counts.providers} providers, ${counts.keys} keys, ${counts.apps} apps`,
    `Recorded   ${counts.captures} requests, ${counts.failures} failed`,
    `Version    ${status.version}`,
  ];
  for (const { key, state, name, sentence } of weather) {
    if (key !== null || state === 'quiet') continue;
    const tone = state === 'failing' ? paint.red : state === 'troubled' ? paint.yellow : paint.green;
    lines.push(`${tone('●')} ${name}: ${sentence}`);
  }
  for (const { level, sentence, next } of status.notices) {
    if (level === 'info') continue;
    const paintLevel = level === 'error' ? paint.red : paint.yellow;
    lines.push('', paintLevel(`! ${sentence}`), ...(next ? [`  ${next}`] : []));
  }
  return lines.join('\n');
}

async function doctor(run: Run): Promise<ExitCode> {
  const { checks, nothingThere } = await doctorChecks(run);
  const { out } = run;
  if (out.json) for (const check of checks) await out.line(check, () => '');
  else out.say(checks.map((check) => checkText(check, out)).join('\n'));
  if (nothingThere) return EXIT.nothingThere;
  return checks.some((check) => check.result === 'failed') ? EXIT.failed : EXIT.done;
}

/** Without a home there is still something to look at: where it would be, and the way out. */
async function doctorChecks(run: Run): Promise<{ readonly checks: DoctorCheck[]; readonly nothingThere: boolean }> {
  try {
    return { checks: await (await run.session()).client.status.doctor(), nothingThere: false };
  } catch (error) {
    if (!(error instanceof CliError) || error.exitCode !== EXIT.nothingThere) throw error;
    const { checkHome, checkProxy } = await import('../../control/doctor.ts');
    const home = resolveHome(run.globals.home);
    const found = await findInstance(home);
    const instance: DoctorCheck[] =
      'instance' in found ? [{ check: 'instance', result: 'failed', sentence: error.message, next: error.next }] : [];
    const checks = [...instance, ...(await checkHome(home)), ...(await checkProxy(null, process.env))];
    return { checks, nothingThere: true };
  }
}

function checkText({ check, result, sentence, next }: DoctorCheck, { paint }: Output): string {
  const mark = { ok: paint.green('✓'), warning: paint.yellow('!'), failed: paint.red('✗'), skipped: paint.dim('–') }[
    result
  ];
  const line = `${mark} ${check.padEnd(20)} ${sentence}`;
  return next && result !== 'ok' ? `${line}\n${' '.repeat(23)}${paint.dim(next)}` : line;
}

async function erase(run: Run, yes: boolean): Promise<ExitCode> {
  const home = resolveHome(run.globals.home);
  const names = await readdir(home).catch(() => undefined);
  const ours = names?.filter(isOurs) ?? [];
  if (ours.length === 0)
    throw new CliError(EXIT.nothingThere, `There is no Keyward home at ${home}.`, 'Name another with --home.');
  const found = await findInstance(home);
  if ('instance' in found) {
    throw new CliError(
      EXIT.locked,
      `Keyward is running on ${home} (process ${found.instance.pid}).`,
      'Stop it first with `keyward stop`.',
    );
  }
  if (!yes) {
    const sure = await confirm(
      `Everything that Keyward stored in ${home} will be removed: keys, settings, captures. Go on?`,
    );
    if (sure === undefined) throw new CliError(EXIT.locked, 'Erasing cannot be undone.', 'Say so with --yes.');
    if (!sure) throw new CliError(EXIT.failed, 'Nothing was removed.');
  }
  const { lockHome } = await import('../../store/lock.ts');
  // Nobody may be writing; the file itself goes last, and on Windows only once it is let go of.
  const lock = await lockHome(home);
  const lockFile = path.basename(homePaths(home).lock);
  try {
    for (const name of ours.filter((each) => !each.startsWith(lockFile))) {
      await rm(path.join(home, name), { recursive: true, force: true });
    }
    await removeFolders(home);
  } finally {
    lock.release();
  }
  for (const name of (await readdir(home)).filter(isOurs))
    await rm(path.join(home, name), { recursive: true, force: true });
  const left = await readdir(home);
  if (left.length === 0) await rmdir(home);
  run.out.value({ done: true, home, left }, () =>
    left.length === 0 ? `Removed ${home}.` : `Removed Keyward's files from ${home}; ${left.length} other file(s) stay.`,
  );
  return EXIT.done;
}

/** Only what Keyward itself puts into a home: `--home` may name a folder that holds other things, too. */
function isOurs(name: string): boolean {
  return /^(?:keyward\.json|audit\.(?:\d+\.)?jsonl|lock\.db|master\.key|instance\.json|captures\.db)(?:[-.].*)?$/.test(
    name,
  );
}

/** Folders whose names a project may have as well: only our files in them go, and the folder if nothing is left. */
const SHARED_NAMES: Readonly<Record<string, RegExp>> = { versions: /^\d{9,}\.json\.gz/, logs: /keyward\.log/ };

async function removeFolders(home: string): Promise<void> {
  for (const [folder, ours] of Object.entries(SHARED_NAMES)) {
    const place = path.join(home, folder);
    const names = await readdir(place).catch(() => undefined);
    if (!names) continue;
    for (const name of names.filter((each) => ours.test(each))) await rm(path.join(place, name), { force: true });
    if ((await readdir(place)).length === 0) await rmdir(place);
  }
  // Electron's profile; recognised by the file that Chromium always writes.
  const profile = path.join(home, 'window');
  const isProfile = (await readdir(profile).catch(() => [])).some(
    (name) => name === 'window-place.json' || name === 'Local State',
  );
  if (isProfile) await rm(profile, { recursive: true, force: true });
}
