/** Texts that come again and again (apps, providers, models, endpoints, causes), kept once and spoken of by number. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

const MOST_IN_MEMORY = 20_000;
/** Longer ones are cut in the index; a row keeps them as they are. */
export const LONGEST_NAME = 200;

export class Names {
  private readonly ids = new Map<string, number>();
  private readonly texts = new Map<number, string>();
  private readonly insert: StatementSync;
  private readonly find: StatementSync;
  private readonly read: StatementSync;
  private readonly like: StatementSync;
  private readonly equal: StatementSync;

  constructor(db: DatabaseSync) {
    this.insert = db.prepare('INSERT OR IGNORE INTO name (text) VALUES (?)');
    this.find = db.prepare('SELECT id FROM name WHERE text = ?');
    this.read = db.prepare('SELECT text FROM name WHERE id = ?');
    this.like = db.prepare('SELECT id FROM name WHERE lower(text) GLOB ? LIMIT 500');
    this.equal = db.prepare('SELECT id FROM name WHERE text = ? COLLATE NOCASE');
  }

  id(text: string): number {
    const name = text.slice(0, LONGEST_NAME);
    let id = this.ids.get(name);
    if (id !== undefined) return id;
    this.insert.run(name);
    id = Number(this.find.get(name)?.id);
    if (this.ids.size < MOST_IN_MEMORY) this.ids.set(name, id);
    return id;
  }

  text(id: number): string {
    let text = this.texts.get(id);
    if (text === undefined) {
      text = String(this.read.get(id)?.text ?? '');
      if (this.texts.size < MOST_IN_MEMORY) this.texts.set(id, text);
    }
    return text;
  }

  /** Ids of names that equal the text but for case, or match it where it holds `*`. */
  matching(text: string): number[] {
    const rows = text.includes('*') ? this.like.all(globOf(text)) : this.equal.all(text);
    return rows.map((row) => Number(row.id));
  }

  /** After a rollback: a name whose insert was taken back must not keep an id that another name will get. */
  forget(): void {
    this.ids.clear();
    this.texts.clear();
  }
}

function globOf(text: string): string {
  return text.toLowerCase().replace(/[[?\]]/g, '[$&]');
}
