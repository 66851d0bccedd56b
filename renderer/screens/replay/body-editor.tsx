import { json as jsonLanguage } from '@codemirror/lang-json';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { codeLook } from '../capture/code-look.ts';
import { undoHistory } from './undo-history.ts';

/** Text to write. Tab goes on to the next field, so that a keyboard never gets stuck in here. */
export default function BodyEditor(props: { text: string; label: string; onChange: (text: string) => void }) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const onChange = useRef(props.onChange);
  onChange.current = props.onChange;
  const { label } = props;
  const first = useRef(props.text);
  useEffect(() => {
    const parent = place.current;
    if (!parent) return;
    const editor = new EditorView({
      parent,
      state: EditorState.create({
        doc: first.current,
        extensions: [
          writing,
          EditorView.contentAttributes.of({ 'aria-label': label, 'aria-multiline': 'true' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) onChange.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, [label]);
  // Text that came from elsewhere (all changes taken back) replaces what stands there.
  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === props.text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: props.text } });
  }, [props.text]);
  return <div ref={place} style={{ minWidth: 0 }} />;
}

/** A new line begins as far in as the one before. */
const indentedNewLine = {
  key: 'Enter',
  run: (view: EditorView) => {
    const line = view.state.doc.lineAt(view.state.selection.main.from);
    const indent = /^\s*/.exec(line.text)?.[0] ?? '';
    view.dispatch(view.state.replaceSelection(`\n${indent}`), { scrollIntoView: true, userEvent: 'input' });
    return true;
  },
};

const writing: Extension = [lineNumbers(), jsonLanguage(), undoHistory(), keymap.of([indentedNewLine]), codeLook];
