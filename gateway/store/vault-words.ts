/** What the state of the vault is called on screens and in the terminal: a sentence, and the next action. Pure. */
import type { VaultDocument } from './schema.ts';

export type Way = VaultDocument['wraps'][number]['kind'];

/** The same shape as the control contract's. */
export interface VaultStatus {
  state: 'unlocked' | 'locked' | 'empty' | 'damaged';
  /** The ways in that this home has. */
  ways: Way[];
  sentence: string;
  next: string | null;
  keychain: { backend: string; weak: boolean } | null;
}

/** Why one way did not open the vault. */
export type WayFailure =
  | { readonly way: 'key-file'; readonly reason: 'missing' | 'wrong'; readonly path: string }
  | { readonly way: 'key-file'; readonly reason: 'unusable'; readonly path: string; readonly detail: string }
  | { readonly way: 'passphrase'; readonly reason: 'not-given' | 'wrong' }
  | { readonly way: 'keychain'; readonly reason: 'not-here' | 'unavailable' | 'lost'; readonly backend: string };

const RESET = 'reset the vault (`keyward vault reset`; everything but the provider keys stays) and add the keys again';

export function wordLocked(failures: readonly WayFailure[]): { sentence: string; next: string } {
  const reasons = failures.map(reasonOf);
  const sentence = `The vault is locked: ${reasons.join('; ')}.`;
  return { sentence, next: `${capital(failures.map(actionOf).join(', or '))}. If that cannot be had, ${RESET}.` };
}

function reasonOf(failure: WayFailure): string {
  switch (failure.way) {
    case 'key-file':
      switch (failure.reason) {
        case 'missing':
          return `the key file ${failure.path} is missing`;
        case 'wrong':
          return `the key file ${failure.path} does not belong to it`;
        case 'unusable':
          return `the key file ${failure.path} ${failure.detail}`;
      }
      break;
    case 'passphrase':
      return failure.reason === 'wrong' ? 'the passphrase given does not open it' : 'it waits for its passphrase';
    case 'keychain':
      switch (failure.reason) {
        case 'not-here':
          return 'its key is in the keychain, which only the desktop app can ask';
        case 'unavailable':
          return 'the keychain does not answer';
        case 'lost':
          return `the keychain (${failure.backend}) no longer has its key; this home may be a copy from another computer or user`;
      }
  }
}

function actionOf(failure: WayFailure): string {
  switch (failure.way) {
    case 'key-file':
      return failure.reason === 'unusable'
        ? 'mend the key file'
        : 'put the right key file back or name it with --key-file';
    case 'passphrase':
      return 'enter the passphrase (`keyward vault unlock`, or --passphrase-file when it starts)';
    case 'keychain':
      switch (failure.reason) {
        case 'not-here':
          return 'start the desktop app, or set a passphrase there';
        case 'unavailable':
          return 'unlock the keychain and start Keyward again';
        case 'lost':
          return 'open this home where it came from and set a passphrase there';
      }
  }
}

/** Every state but the open one, with what is known of it. */
export type ClosedState =
  | { readonly state: 'locked'; readonly failures: readonly WayFailure[] }
  | { readonly state: 'empty'; readonly why: 'no-keychain' | 'weak-keychain' | 'read-only' }
  | { readonly state: 'empty'; readonly why: 'failed'; readonly sentence: string; readonly next: string | null }
  | { readonly state: 'damaged'; readonly why: 'no-way-in' | 'check' };

type KeychainFacts = VaultStatus['keychain'];

export interface Words {
  readonly sentence: string;
  readonly next: string | null;
}

export function wordUnlocked(ways: readonly Way[], keychain: KeychainFacts): Words {
  if (keychain?.weak && ways.every((way) => way === 'keychain')) {
    return {
      sentence: `The vault is open, but this computer's keychain (${keychain.backend}) only hides its key: whoever can read your files can read it.`,
      next: 'Set a passphrase, or install a keychain (GNOME Keyring, KWallet), for real protection.',
    };
  }
  return { sentence: `The vault is open; ${ways.map(nameOf).join(' or ')} opens it.`, next: null };
}

export function wordClosed(state: ClosedState, keychain: KeychainFacts): Words {
  switch (state.state) {
    case 'locked':
      return wordLocked(state.failures);
    case 'damaged':
      return {
        sentence:
          state.why === 'check'
            ? 'The vault is damaged: its key and its content do not belong together.'
            : 'The vault is damaged: provider keys are stored, but nothing is left that opens them.',
        next: `Stop Keyward and put an earlier keyward.json back, or ${RESET}.`,
      };
    case 'empty':
      return wordEmpty(state, keychain);
  }
}

function wordEmpty(state: ClosedState & { state: 'empty' }, keychain: KeychainFacts): Words {
  switch (state.why) {
    case 'no-keychain':
      return {
        sentence: 'There is no keychain on this computer to protect provider keys with; practice works without.',
        next: 'Choose a passphrase before you add the first provider key.',
      };
    case 'weak-keychain':
      return {
        sentence: `This computer's keychain (${keychain?.backend ?? 'unknown'}) only hides secrets, it does not protect them; practice works without.`,
        next: 'Choose a passphrase, or accept the weak protection, before you add the first provider key.',
      };
    case 'read-only':
      return {
        sentence: 'There is no vault yet, and none can be made because this home may not be written.',
        next: 'Give this user write access to the home and start Keyward again.',
      };
    case 'failed':
      return { sentence: `There is no vault yet: ${state.sentence}`, next: state.next };
  }
}

export function nameOf(way: Way): string {
  switch (way) {
    case 'key-file':
      return 'the key file';
    case 'passphrase':
      return 'the passphrase';
    case 'keychain':
      return 'the keychain';
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
