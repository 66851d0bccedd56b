/** How text in the editor looks, read or written: colours of the tokens, redaction markers as chips. */
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { Decoration, EditorView, MatchDecorator, ViewPlugin, WidgetType } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { words } from '../../words/words.ts';
import { redactionSpans } from './redaction-marker.ts';

class Chip extends WidgetType {
  private readonly marker: string;

  constructor(marker: string) {
    super();
    this.marker = marker;
  }

  override eq(other: Chip) {
    return other.marker === this.marker;
  }

  toDOM() {
    const chip = document.createElement('span');
    const [span] = redactionSpans(this.marker);
    chip.className = 'kw-chip';
    chip.textContent = span ? words.capture.message.redacted(span.kind, span.length, span.lastFour) : this.marker;
    return chip;
  }
}

const markers = new MatchDecorator({
  regexp: /⟦redacted[^⟧]*⟧|~redacted\.[\w.-]+~/g,
  decoration: (match) => Decoration.replace({ widget: new Chip(match[0]) }),
});

const chips = ViewPlugin.define(
  (view) => ({
    decorations: markers.createDeco(view),
    update(update) {
      this.decorations = markers.updateDeco(update, this.decorations);
    },
  }),
  { decorations: (plugin) => plugin.decorations },
);

const look = EditorView.theme({
  '&': {
    fontSize: '0.75rem',
    backgroundColor: 'var(--kw-sunken)',
    border: '1px solid var(--kw-line)',
    borderRadius: '6px',
  },
  '&.cm-focused': { outline: '2px solid var(--kw-accent)' },
  '.cm-scroller': { fontFamily: 'var(--kw-mono)', lineHeight: '1.55', maxHeight: '60vh' },
  '.cm-content': { caretColor: 'var(--kw-text)' },
  '.cm-cursor': { borderLeftColor: 'var(--kw-text)' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--kw-dim)', border: 'none' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': { backgroundColor: 'var(--kw-chosen) !important' },
  '.kw-pointed-at': { backgroundColor: 'var(--kw-chosen)', outline: '1px solid var(--kw-accent)', borderRadius: '2px' },
  '.cm-searchMatch': { backgroundColor: 'var(--kw-wait-soft)', outline: '1px solid var(--kw-wait)' },
  '.cm-foldPlaceholder': {
    backgroundColor: 'var(--kw-panel)',
    border: '1px solid var(--kw-line)',
    color: 'var(--kw-dim)',
  },
  '.cm-panels': { backgroundColor: 'var(--kw-panel)', color: 'var(--kw-text)' },
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--kw-property)' },
  { tag: tags.string, color: 'var(--kw-string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--kw-number)' },
]);

export const codeLook: Extension = [EditorView.lineWrapping, syntaxHighlighting(colours), chips, look];
