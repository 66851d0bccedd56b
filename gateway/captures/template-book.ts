/**
 * Recognises exchanges that resemble an earlier one (see template.ts). On the request path: a match costs a comparison
 * of short texts that are nearly always equal, where writing, scanning and compressing them would cost many times that.
 *
 * Texts are compared as received and stored as redacted: what equals a text that was found clean is clean. So the book
 * starts anew whenever a new secret becomes known, and takes no exchange with credentials that only it knows.
 */
import type { PackedRedactions } from './record-form.ts';
import type { Redactor } from './redact.ts';
import type { StoredTemplate, TemplateText } from './template.ts';
import type { ListPair, Template } from './template-match.ts';
import { type BareTree, nodeOf, withLists } from './template-tree.ts';

/** Kinds of exchanges, templates of one kind, and attempts at a kind before it is given up. */
const MOST_KINDS = 300;
const MOST_ALIKE = 4;
const MOST_MADE = 24;

interface Kind {
  seen: number;
  made: number;
  readonly templates: Template[];
}

export class TemplateBook {
  /** Definitions that the worker has not been given yet. */
  unsent: TemplateText[] = [];
  private readonly kinds = new Map<string, Kind>();
  private version: number;
  private nextId: number;
  private readonly redactor: Redactor;
  private readonly onForget: () => void;

  /** Ids count up from `firstId` and must never be used again; `onForget` hears that all earlier ones are done with. */
  constructor(redactor: Redactor, firstId: number, onForget: () => void) {
    this.redactor = redactor;
    this.version = redactor.version;
    this.nextId = firstId;
    this.onForget = onForget;
  }

  /** Starts anew when it must; to be called between records, never in the middle of one. */
  refresh(): void {
    if (this.version !== this.redactor.version || this.kinds.size > MOST_KINDS) this.forget();
  }

  /** Templates that an exchange of this kind may resemble. */
  alike(kind: string): readonly Template[] {
    return this.kinds.get(kind)?.templates ?? [];
  }

  /** True when exchanges of this kind keep coming, so that a template of one pays. */
  isDue(kind: string): boolean {
    let known = this.kinds.get(kind);
    if (!known) {
      known = { seen: 0, made: 0, templates: [] };
      this.kinds.set(kind, known);
    }
    known.seen++;
    return known.seen > 1 && known.made < MOST_MADE;
  }

  /** Nothing was found to redact in the tree, save in URLs (redacted in it already) and in the header lists. */
  add(kind: string, tree: BareTree, lists: readonly ListPair[], redactions: PackedRedactions): void {
    const known = this.kinds.get(kind) as Kind;
    const template: Template = { id: this.nextId++, root: nodeOf(tree), lists };
    const stored: StoredTemplate = {
      tree: withLists(
        tree,
        lists.map(({ redacted }) => redacted.headers),
      ),
      redactions,
    };
    this.unsent.push({ id: template.id, text: JSON.stringify(stored) });
    known.made++;
    known.templates.unshift(template);
    if (known.templates.length > MOST_ALIKE) known.templates.pop();
  }

  forget(): void {
    this.version = this.redactor.version;
    if (this.kinds.size === 0) return;
    this.kinds.clear();
    this.onForget();
  }
}
