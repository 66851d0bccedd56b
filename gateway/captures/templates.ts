/**
 * Templates as the worker keeps them: in memory for reading, in the database so that fresh records survive a crash. They
 * go when no fresh record can depend on them: settled ones stand for themselves.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { StoredTemplate, TemplateText } from './template.ts';

export class Templates {
  private readonly texts = new Map<number, string>();
  private readonly opened = new Map<number, StoredTemplate>();
  private unsaved: number[] = [];
  /** Nothing new will be written like these. */
  private doomed = new Set<number>();

  /** Definitions from the request path; kept in memory until `save`. */
  add(templates: readonly TemplateText[]): void {
    for (const { id, text } of templates) {
      if (this.texts.has(id)) continue;
      this.texts.set(id, text);
      this.unsaved.push(id);
    }
  }

  /** Reads what is in the database; `inUse` tells that this very process wrote it, else an earlier run did. */
  load(db: DatabaseSync, inUse: boolean): void {
    for (const { id, text } of db.prepare('SELECT id, text FROM template').all()) {
      if (this.texts.has(Number(id))) continue;
      this.texts.set(Number(id), String(text));
      if (!inUse) this.doomed.add(Number(id));
    }
  }

  /** Inside the transaction of the first batch that needs them; `saved` after it. */
  save(db: DatabaseSync): void {
    if (this.unsaved.length === 0) return;
    const insert = db.prepare('INSERT OR REPLACE INTO template (id, text) VALUES (?, ?)');
    for (const id of this.unsaved) insert.run(id, this.texts.get(id) as string);
  }

  saved(): void {
    if (this.unsaved.length > 0) this.unsaved = [];
  }

  /** After the database was replaced by a fresh one. */
  saveAnew(): void {
    this.unsaved = [...this.texts.keys()];
  }

  readonly get = (id: number): StoredTemplate | undefined => {
    let template = this.opened.get(id);
    if (template) return template;
    const text = this.texts.get(id);
    if (text === undefined) return undefined;
    template = JSON.parse(text) as StoredTemplate;
    this.opened.set(id, template);
    return template;
  };

  /** The request path has forgotten all it made so far. */
  retire(): void {
    for (const id of this.texts.keys()) this.doomed.add(id);
  }

  /** To be called when no fresh record is left that was written like a template. */
  drop(db: DatabaseSync): void {
    if (this.doomed.size === 0) return;
    const remove = db.prepare('DELETE FROM template WHERE id = ?');
    for (const id of this.doomed) {
      remove.run(id);
      this.texts.delete(id);
      this.opened.delete(id);
    }
    this.doomed = new Set();
  }
}
