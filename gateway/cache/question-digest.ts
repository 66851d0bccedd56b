/** Digests of questions; most bodies that come twice come in the same bytes, so a digest is remembered by those. */
import crypto, { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

const REMEMBERED = 8192;

export interface Asked {
  /** Equal questions, equal digests. Never leaves memory: whoever guesses a question could check the guess. */
  readonly digest: string;
  /** Keyed with the home's salt, for showing: equal for equal questions, and of no use without the salt. */
  readonly shown: string;
}

/** Of the head as it is, and of the body as `spell` writes it; undefined where it cannot be spelled. */
export type AskedBy = (head: string, body: Buffer, spell: () => string | undefined) => Asked | undefined;

export function createAskedBy(keyed: (text: string) => string): AskedBy {
  const known = new LRUCache<string, Asked>({ max: REMEMBERED });
  return (head, body, spell) => {
    const name = `${head}\n${sha256(body)}`;
    const before = known.get(name);
    if (before) return before;
    const spelled = spell();
    if (spelled === undefined) return undefined;
    const digest = sha256(`${head}\n${spelled}`);
    const asked = { digest, shown: keyed(digest) };
    known.set(name, asked);
    return asked;
  };
}

/** In one call where the runtime has it: making a hash object costs more than hashing a request. */
const oneShot: typeof crypto.hash | undefined = crypto.hash;

export function sha256(content: string | Buffer): string {
  return oneShot?.('sha256', content, 'base64url') ?? createHash('sha256').update(content).digest('base64url');
}
