/** What every command has in common: its output, its session with the control interface, its end. */
import type { Command } from 'commander';
import { createOutput, type Output } from './output.ts';
import type { Session } from './session.ts';

export interface GlobalOptions {
  readonly home?: string;
  readonly json?: boolean;
  readonly keyFile?: string;
  readonly passphraseFile?: string;
}

export interface Run {
  readonly globals: GlobalOptions;
  readonly out: Output;
  /** Opens the session; with `create` also where there is no home yet. Closed when the command ends. */
  session(create?: boolean): Promise<Session>;
  /** The same for what stands in a file: where there is no home, one that is removed when the command ends. */
  passingSession(): Promise<Session>;
}

/** Turns a handler into a commander action; a number it resolves with is the exit code, else 0. */
export function handle<Options, Arguments extends readonly unknown[]>(
  handler: (run: Run, options: Options, ...args: Arguments) => Promise<unknown>,
): (...raw: unknown[]) => Promise<void> {
  return async (...raw) => {
    const command = raw.at(-1) as Command;
    const globals = command.optsWithGlobals<GlobalOptions>();
    let session: Promise<Session> | undefined;
    const run: Run = {
      globals,
      out: createOutput(globals.json === true),
      session: (create = false) => {
        session ??= import('./session.ts').then(({ openSession }) => openSession(globals, create));
        return session;
      },
      passingSession: () => {
        session ??= import('./session.ts').then(({ openPassingSession }) => openPassingSession(globals));
        return session;
      },
    };
    try {
      const code = await handler(run, command.opts<Options & object>(), ...(raw.slice(0, -2) as unknown as Arguments));
      process.exitCode = typeof code === 'number' ? code : 0;
    } finally {
      await session?.then(
        (open) => open.close(),
        () => {}, // it never opened: the handler's own error says why
      );
    }
  };
}
