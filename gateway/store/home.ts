/** The home: the one folder that holds everything of one Keyward. Where it is, what lies in it, who may read it. */
import { chmod, lstat, mkdir, readdir, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Notice } from './notice.ts';
import { errorCode, isForbidden, StoreError } from './store-error.ts';

export interface HomeFacts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly userHome: string;
  readonly workingDirectory: string;
}

export function machineFacts(): HomeFacts {
  return { env: process.env, platform: process.platform, userHome: os.homedir(), workingDirectory: process.cwd() };
}

/** The absolute path of the home: `asked` (`--home`), else `KEYWARD_HOME`, else the platform's per-user data folder. */
export function resolveHome(asked?: string, facts: HomeFacts = machineFacts()): string {
  const { env, platform, userHome } = facts;
  const join = platform === 'win32' ? path.win32 : path.posix;
  const chosen = asked || env.KEYWARD_HOME;
  if (chosen) return join.resolve(facts.workingDirectory, chosen);
  if (platform === 'win32') return join.join(env.LOCALAPPDATA || join.join(userHome, 'AppData', 'Local'), 'Keyward');
  if (platform === 'darwin') return join.join(userHome, 'Library', 'Application Support', 'Keyward');
  // The XDG rules: a relative XDG_DATA_HOME is invalid and ignored.
  const dataHome = env.XDG_DATA_HOME;
  return join.join(
    dataHome && join.isAbsolute(dataHome) ? dataHome : join.join(userHome, '.local', 'share'),
    'keyward',
  );
}

export interface HomePaths {
  readonly home: string;
  readonly config: string;
  readonly versions: string;
  readonly audit: string;
  readonly lock: string;
  readonly masterKey: string;
  readonly instance: string;
  readonly captures: string;
  /** What providers listed of their models; made anew where it is lost. */
  readonly modelLists: string;
  /** Signs bundles; made when the first one is. */
  readonly signingKey: string;
  readonly suites: string;
  readonly logs: string;
  readonly window: string;
}

export function homePaths(home: string): HomePaths {
  const inHome = (name: string) => path.join(home, name);
  return {
    home,
    config: inHome('keyward.json'),
    versions: inHome('versions'),
    audit: inHome('audit.jsonl'),
    lock: inHome('lock.db'),
    masterKey: inHome('master.key'),
    instance: inHome('instance.json'),
    captures: inHome('captures.db'),
    modelLists: inHome('model-lists.json'),
    signingKey: inHome('signing.key'),
    suites: inHome('suites'),
    logs: inHome('logs'),
    window: inHome('window'),
  };
}

/** What Keyward itself puts into a home (`keyward.json.damaged-…`, `captures.db-wal`, `audit.1.jsonl` included). */
const OURS =
  /^(keyward\.json|versions|audit\.|lock\.db|master\.key|instance\.json|captures\.db|model-lists\.json|signing\.key|suites|logs|window)/;
const PRIVATE = /^(keyward\.json|audit\.|master\.key|instance\.json|captures\.db|model-lists\.json|signing\.key)/;

/**
 * Creates the home (0700) if it is not there, and closes it to other users if it stood open. Returns what a person
 * should know. Throws StoreError `home-unusable` where no folder can be had.
 */
export async function prepareHome(home: string): Promise<Notice[]> {
  try {
    await mkdir(home, { recursive: true, mode: 0o700 });
    if (!(await stat(home)).isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
  } catch (error) {
    const code = errorCode(error);
    throw new StoreError(
      'home-unusable',
      code === 'EEXIST' || code === 'ENOTDIR'
        ? `${home} cannot be Keyward's home: a file stands where the folder should be.`
        : `${home} cannot be made into Keyward's home (${code ?? 'unknown error'}).`,
      isForbidden(error)
        ? 'Give this user write access there, or choose another folder with --home or KEYWARD_HOME.'
        : 'Choose another folder with --home or KEYWARD_HOME.',
      error,
    );
  }
  // Windows has access lists instead of these bits, and the per-user folder is private by them.
  return process.platform === 'win32' ? [] : tighten(home);
}

async function tighten(home: string): Promise<Notice[]> {
  const entries = await readdir(home).catch(() => undefined);
  if (!entries) return []; // unreadable: opening the configuration says so with better words
  const open: string[] = [];
  const stillOpen: string[] = [];
  const close = async (target: string, mode: number) => {
    const before = await lstat(target).catch(() => undefined);
    if (!before || before.isSymbolicLink() || (before.mode & 0o077) === 0) return;
    await chmod(target, mode).then(
      () => open.push(path.basename(target)),
      () => stillOpen.push(path.basename(target)),
    );
  };
  // A folder that holds other people's things (/tmp, a project) is not ours to close; our files in it are.
  const foreign = entries.some((name) => !OURS.test(name));
  if (!foreign) await close(home, 0o700);
  for (const name of entries) {
    if (PRIVATE.test(name)) await close(path.join(home, name), 0o600);
    else if (name === 'versions' || name === 'suites') await close(path.join(home, name), 0o700);
  }
  return wordNotices(home, open, stillOpen, foreign && ((await stat(home)).mode & 0o077) !== 0);
}

function wordNotices(home: string, closed: string[], stillOpen: string[], shared: boolean): Notice[] {
  const notices: Notice[] = [];
  if (closed.length > 0) {
    notices.push({
      id: 'home-permissions',
      level: 'warning',
      sentence: `Other users of this computer could read ${closed.join(', ')}; only you can now.`,
      next: 'If somebody else uses this computer, replace the provider keys that were stored here.',
    });
  }
  if (stillOpen.length > 0) {
    notices.push({
      id: 'home-open',
      level: 'warning',
      sentence: `Other users of this computer may be able to read ${stillOpen.join(', ')} in ${home}, and this user may not change that.`,
      next: `Run Keyward as the owner of ${home}, or ask the owner to take the others' access away.`,
    });
  }
  if (shared) {
    notices.push({
      id: 'home-shared',
      level: 'warning',
      sentence: `${home} also holds other files and stays open to other users; Keyward's own files in it are private.`,
      next: 'Better give Keyward a folder of its own, with --home or KEYWARD_HOME.',
    });
  }
  return notices;
}
