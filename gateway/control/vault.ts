import { os } from './implementer.ts';
import { Problem } from './problem.ts';
import type { ControlDeps } from './services.ts';

/** Wrong passphrases in a row before the next try has to wait; each already costs a scrypt. */
const FREE_TRIES = 5;
const LONGEST_WAIT_MS = 60_000;

export function vaultProcedures(deps: ControlDeps) {
  const { vault, now } = deps;
  let wrongTries = 0;
  let nextTryAt = 0;
  return {
    status: os.vault.status.handler(() => vault.status()),
    unlock: os.vault.unlock.handler(async ({ input }) => {
      if (vault.status().state === 'unlocked') return vault.status();
      const waitMs = nextTryAt - now();
      if (waitMs > 0) {
        throw new Problem(
          'REFUSED',
          'Too many wrong passphrases were tried.',
          `Try again in ${Math.ceil(waitMs / 1000)} seconds.`,
        );
      }
      try {
        const status = await vault.unlockWithPassphrase(input.passphrase);
        wrongTries = 0;
        return status;
      } catch (error) {
        wrongTries += 1;
        if (wrongTries >= FREE_TRIES) {
          nextTryAt = now() + Math.min(1000 * 2 ** (wrongTries - FREE_TRIES), LONGEST_WAIT_MS);
        }
        throw error;
      }
    }),
    passphrase: os.vault.passphrase.handler(({ input, context }) =>
      vault.setPassphrase(input.passphrase, context.actor),
    ),
    acceptWeak: os.vault.acceptWeak.handler(({ context }) => vault.acceptWeak(context.actor)),
    reset: os.vault.reset.handler(({ context }) => vault.reset({ actor: context.actor })),
  };
}
