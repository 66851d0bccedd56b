/** Secrets in the clear, in memory only: a cache for the request path, and the list that the redactor works by. */
import { type KnownSecret, secretsOfDocument, secretsOfProviderKey } from './known-secrets.ts';
import type { Document } from './schema.ts';

const MOST_REMEMBERED = 10_000;

export class OpenedSecrets {
  readonly #byRecord = new Map<string, { readonly sealed: string; readonly text: string }>();
  /** By text; also of keys replaced or removed since: an exchange in flight may still carry them. */
  readonly #remembered = new Map<string, KnownSecret>();
  #known: { readonly of: Document; readonly secrets: readonly KnownSecret[] } | undefined;

  /** The text of this very seal, if it was opened before. */
  get(recordId: string, sealed: string): string | undefined {
    const opened = this.#byRecord.get(recordId);
    return opened?.sealed === sealed ? opened.text : undefined;
  }

  put(recordId: string, sealed: string, text: string): void {
    this.#byRecord.set(recordId, { sealed, text });
    for (const secret of secretsOfProviderKey(recordId, text)) {
      if (this.#remembered.has(secret.text)) continue;
      const [oldest] = this.#remembered.keys();
      if (oldest !== undefined && this.#remembered.size >= MOST_REMEMBERED) this.#remembered.delete(oldest);
      this.#remembered.set(secret.text, secret);
      this.#known = undefined;
    }
  }

  /** All that is known with this document; `openAll` is called when the document is new and its keys may be unopened. */
  list(document: Document, openAll: () => void): readonly KnownSecret[] {
    if (this.#known?.of === document) return this.#known.secrets;
    openAll();
    const secrets = new Map(this.#remembered);
    for (const secret of secretsOfDocument(document)) secrets.set(secret.text, secret);
    this.#known = { of: document, secrets: [...secrets.values()] };
    return this.#known.secrets;
  }

  /** The keys can be opened now (or no longer): the list is made anew. */
  refresh(): void {
    this.#known = undefined;
  }

  /** After a reset: old seals mean nothing any more, but their texts must still not leak. */
  forgetSeals(): void {
    this.#byRecord.clear();
    this.#known = undefined;
  }

  forgetAll(): void {
    this.forgetSeals();
    this.#remembered.clear();
  }
}
