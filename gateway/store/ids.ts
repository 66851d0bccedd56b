/** Random ids of records. */
import { randomBytes } from 'node:crypto';

/** No vowels and no `l`: an id is read aloud, typed, and never spells a word. */
const LETTERS = '0123456789bcdfghjkmnpqrstvwxyz';

/** `length` random characters, each of the 30 in LETTERS equally likely. */
export function randomId(length: number, random: (size: number) => Buffer = randomBytes): string {
  let id = '';
  while (id.length < length) {
    for (const byte of random(length * 2)) {
      // 240 is the largest multiple of 30 in a byte; beyond it some letters would come more often.
      if (byte < 240 && id.length < length) id += LETTERS[byte % 30];
    }
  }
  return id;
}

/** A new record id: `pk_` (provider key) or `app_` and 8 characters. */
export function newRecordId(kind: 'pk' | 'app', random?: (size: number) => Buffer): string {
  return `${kind}_${randomId(8, random)}`;
}
