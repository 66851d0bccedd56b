/** What ends a command: a sentence, what to do next, and the exit code of the contract. */
export type ExitCode = 0 | 1 | 2 | 3 | 4;

export const EXIT = {
  done: 0,
  /** The thing asked for failed. */
  failed: 1,
  usage: 2,
  /** No instance or home found. */
  nothingThere: 3,
  /** Locked or refused. */
  locked: 4,
} as const satisfies Record<string, ExitCode>;

export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;
  readonly next: string | null;

  constructor(exitCode: ExitCode, sentence: string, next: string | null = null) {
    super(sentence);
    this.exitCode = exitCode;
    this.next = next;
  }
}

export function usage(sentence: string, next: string | null = null): CliError {
  return new CliError(EXIT.usage, sentence, next);
}

const EXIT_OF_CONTROL: Readonly<Record<string, ExitCode>> = {
  FAILED: EXIT.failed,
  INVALID: EXIT.usage,
  NOT_FOUND: EXIT.failed,
  CONFLICT: EXIT.failed,
  LOCKED: EXIT.locked,
  REFUSED: EXIT.locked,
};

/** By the codes of the store's errors, which already carry a sentence and a next action. */
const EXIT_OF_STORE: Readonly<Record<string, ExitCode>> = {
  invalid: EXIT.usage,
  'home-missing': EXIT.nothingThere,
  'home-unusable': EXIT.nothingThere,
  'home-busy': EXIT.locked,
  'read-only': EXIT.locked,
  'newer-schema': EXIT.locked,
  'vault-locked': EXIT.locked,
  'vault-empty': EXIT.locked,
  'vault-damaged': EXIT.locked,
  'wrong-passphrase': EXIT.locked,
};

/** Any error as one that can be shown; a fault of ours keeps its own message. */
export function toCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  const { code, message, next, data, status } = error as {
    code?: unknown;
    message?: string;
    next?: unknown;
    data?: { next?: unknown };
    status?: unknown;
  };
  const sentence = message || 'Something went wrong.';
  if (typeof code === 'string' && typeof status === 'number') {
    const then = typeof data?.next === 'string' ? data.next : null;
    if (status === 401) {
      return new CliError(
        EXIT.locked,
        'The running Keyward did not accept this command.',
        'Stop it with `keyward stop` and start it again.',
      );
    }
    return new CliError(EXIT_OF_CONTROL[code] ?? EXIT.failed, sentence, then);
  }
  if (typeof code === 'string' && (next === null || typeof next === 'string')) {
    return new CliError(EXIT_OF_STORE[code] ?? EXIT.failed, sentence, next);
  }
  if (error instanceof TypeError && message === 'fetch failed') {
    return new CliError(
      EXIT.nothingThere,
      'The running Keyward stopped answering.',
      'Try again, or start it with `keyward serve`.',
    );
  }
  return new CliError(EXIT.failed, sentence, null);
}
