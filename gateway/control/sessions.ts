/**
 * Who is signed in: one-time tokens that open a browser's session, the sessions themselves, and the token of this start
 * that the CLI sends. All in memory: a restart signs everybody out.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';

const SIGN_IN_LIFE_MS = 15 * 60_000;
const SESSION_LIFE_MS = 30 * 86_400_000;
/** Beyond these the oldest go: a script that asks for sign-ins in a loop must not fill the memory. */
const MOST_SIGN_INS = 32;
const MOST_SESSIONS = 64;

export interface SessionsOptions {
  /** Bearer token of this start; absent where no CLI is to come in. */
  readonly instanceToken?: string;
  readonly now: () => number;
  readonly random?: (size: number) => Buffer;
  /** Called when there is a new secret, before it is handed out. */
  readonly onNewSecret?: () => void;
}

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #signIns = new Map<string, number>();
  readonly #sessions = new Map<string, number>();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** A token that opens one session, once, within fifteen minutes. */
  newSignIn(): string {
    return this.#keep(this.#signIns, SIGN_IN_LIFE_MS, MOST_SIGN_INS);
  }

  /** The new session's secret; undefined for a token that is unknown, used or too old. */
  redeem(token: string): string | undefined {
    const known = find(this.#signIns, token, this.#options.now());
    if (known === undefined) return undefined;
    this.#signIns.delete(known);
    return this.#keep(this.#sessions, SESSION_LIFE_MS, MOST_SESSIONS);
  }

  isSession(secret: string): boolean {
    const known = find(this.#sessions, secret, this.#options.now());
    if (known === undefined) return false;
    this.#sessions.set(known, this.#options.now() + SESSION_LIFE_MS);
    return true;
  }

  isInstanceToken(token: string): boolean {
    const { instanceToken } = this.#options;
    return instanceToken !== undefined && sameText(token, instanceToken);
  }

  /** Everything that opens a door here, for the redactor. */
  secrets(): string[] {
    const { instanceToken } = this.#options;
    return [...(instanceToken ? [instanceToken] : []), ...this.#signIns.keys(), ...this.#sessions.keys()];
  }

  #keep(list: Map<string, number>, lifeMs: number, most: number): string {
    const now = this.#options.now();
    for (const [secret, until] of list) if (until <= now) list.delete(secret);
    const secret = (this.#options.random ?? randomBytes)(32).toString('base64url');
    list.set(secret, now + lifeMs);
    while (list.size > most) list.delete(list.keys().next().value as string);
    this.#options.onNewSecret?.();
    return secret;
  }
}

/** Compares with every entry in constant time, so that neither a match's place nor its length can be measured. */
function find(list: ReadonlyMap<string, number>, wanted: string, now: number): string | undefined {
  let found: string | undefined;
  for (const [secret, until] of list) if (sameText(secret, wanted) && until > now) found = secret;
  return found;
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
