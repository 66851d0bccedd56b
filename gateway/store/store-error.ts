/** Every error of the store that a person may see: one plain sentence, and what to do next. */
export type StoreErrorCode =
  | 'home-busy'
  | 'home-missing'
  | 'home-unusable'
  | 'read-only'
  | 'newer-schema'
  | 'disk'
  | 'invalid'
  | 'closed'
  | 'runtime'
  | 'vault-locked'
  | 'vault-empty'
  | 'vault-damaged'
  | 'wrong-passphrase'
  | 'weak-keychain'
  | 'no-keychain'
  | 'last-way-in'
  | 'secret-unreadable';

export class StoreError extends Error {
  override readonly name: string = 'StoreError';
  readonly code: StoreErrorCode;
  /** The next action, as a sentence; null where there is none. */
  readonly next: string | null;

  constructor(code: StoreErrorCode, sentence: string, next: string | null, cause?: unknown) {
    super(sentence, cause === undefined ? undefined : { cause });
    this.code = code;
    this.next = next;
  }
}

/** Another process writes to this home. `pid` is known where an instance has announced itself. */
export class HomeBusy extends StoreError {
  override readonly name = 'HomeBusy';
  readonly home: string;
  readonly pid: number | undefined;

  constructor(home: string, pid: number | undefined) {
    super(
      'home-busy',
      pid === undefined
        ? `Another Keyward command is using ${home}.`
        : `Keyward is already running on ${home} (process ${pid}).`,
      pid === undefined
        ? 'Wait until it is done and try again.'
        : 'Use the running instance, stop it with `keyward stop`, or choose another folder with --home.',
    );
    this.home = home;
    this.pid = pid;
  }
}

export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

export function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Tells that writing is forbidden, as opposed to having failed. */
export function isForbidden(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'EROFS' || code === 'EACCES' || code === 'EPERM';
}

/** Words a failed write; `what` is the thing that was not written ("The change"). */
export function explainWriteError(error: unknown, what: string, path: string): StoreError {
  if (error instanceof StoreError) return error;
  const code = errorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new StoreError(
      'disk',
      `${what} was not saved: the disk that holds ${path} is full.`,
      'Free some space on it, then try again. Nothing was changed.',
      error,
    );
  }
  if (isForbidden(error)) {
    return new StoreError(
      'read-only',
      `${what} was not saved: ${path} may not be written (${code}).`,
      'Give this user write access to the folder, then try again. Nothing was changed.',
      error,
    );
  }
  if (isMissing(error)) {
    return new StoreError(
      'disk',
      `${what} was not saved: the folder of ${path} is gone.`,
      'Put the folder back, then try again. Nothing was changed.',
      error,
    );
  }
  return new StoreError(
    'disk',
    `${what} was not saved: writing ${path} failed (${code ?? 'unknown error'}).`,
    'Check the disk, then try again. Nothing was changed.',
    error,
  );
}
