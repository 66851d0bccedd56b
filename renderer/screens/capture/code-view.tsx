import { json as jsonLanguage } from '@codemirror/lang-json';
import { foldGutter, foldKeymap } from '@codemirror/language';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension } from '@codemirror/state';
import { Decoration, EditorView, keymap, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { codeLook } from './code-look.ts';
import { jsonPlace, type TextRange } from './json-place.ts';

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

const pointedAt = Decoration.mark({ class: 'kw-pointed-at' });

const reading: Extension = [
  EditorState.readOnly.of(true),
  lineNumbers(),
  foldGutter(),
  search({ top: true }),
  highlightSelectionMatches(),
  keymap.of([...searchKeymap, ...foldKeymap]),
  codeLook,
];
