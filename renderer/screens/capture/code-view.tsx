import { json as jsonLanguage } from '@codemirror/lang-json';
import { foldGutter, foldKeymap, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension } from '@codemirror/state';
import { Decoration, EditorView, keymap, lineNumbers, MatchDecorator, ViewPlugin, WidgetType } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';
import { words } from '../../words/words.ts';
import { jsonPlace, type TextRange } from './json-place.ts';
import { redactionSpans } from './redaction-marker.ts';

/** Text to read: folded, searched (Ctrl F), selected; redaction markers as chips; opened at what evidence points at. */
export default function CodeView(props: { text: string; json: boolean; label: string; at?: string }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const parent = place.current;
    if (!parent) return;
    const wanted = range(props.text, props.at);
    const view = new EditorView({
      parent,
      state: EditorState.create({
        doc: props.text,
        extensions: [
          reading,
          props.json ? jsonLanguage() : [],
          wanted ? EditorView.decorations.of(Decoration.set(pointedAt.range(wanted.from, wanted.to))) : [],
          EditorView.contentAttributes.of({ 'aria-label': props.label, 'aria-readonly': 'true', tabindex: '0' }),
        ],
        selection: wanted ? { anchor: wanted.from, head: wanted.to } : undefined,
      }),
    });
    if (wanted) view.dispatch({ effects: EditorView.scrollIntoView(wanted.from, { y: 'center' }) });
    return () => view.destroy();
  }, [props.text, props.json, props.label, props.at]);
  return <div ref={place} style={{ minWidth: 0 }} />;
}

function range(text: string, at: string | undefined): TextRange | undefined {
  if (at?.startsWith('body:/')) return jsonPlace(text, at.slice('body:'.length));
  const bytes = /^bytes:(\d+)-(\d+)$/.exec(at ?? '');
  if (!bytes) return undefined;
  // Recorded ranges count bytes, the editor UTF-16 units.
  const encoded = new TextEncoder().encode(text);
  const units = (count: number) => new TextDecoder().decode(encoded.slice(0, count)).length;
  const [from, to] = [units(Number(bytes[1])), units(Number(bytes[2]))];
  return from <= to && to <= text.length ? { from, to } : undefined;
}

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

const pointedAt = Decoration.mark({ class: 'kw-pointed-at' });

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

const reading: Extension = [
  EditorState.readOnly.of(true),
  EditorView.lineWrapping,
  lineNumbers(),
  foldGutter(),
  search({ top: true }),
  highlightSelectionMatches(),
  keymap.of([...searchKeymap, ...foldKeymap]),
  syntaxHighlighting(colours),
  chips,
  look,
];
