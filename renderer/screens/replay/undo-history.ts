/** Undo and redo for the editor: what was typed within a moment goes back together. */
import { Annotation, type ChangeSet, type Extension, StateField, type Transaction } from '@codemirror/state';
import { type EditorView, keymap } from '@codemirror/view';

const TOGETHER_MS = 600;
const KEPT = 200;

interface History {
  /** Changes that lead back, newest last. */
  readonly back: readonly ChangeSet[];
  readonly forth: readonly ChangeSet[];
  readonly lastMs: number;
}

const walking = Annotation.define<'back' | 'forth'>();

const field = StateField.define<History>({
  create: () => ({ back: [], forth: [], lastMs: 0 }),
  update: (history, transaction) => (transaction.docChanged ? note(history, transaction) : history),
});

function note(history: History, transaction: Transaction): History {
  const inverse = transaction.changes.invert(transaction.startState.doc);
  const way = transaction.annotation(walking);
  if (way === 'back') return { back: history.back.slice(0, -1), forth: [...history.forth, inverse], lastMs: 0 };
  if (way === 'forth') return { back: [...history.back, inverse], forth: history.forth.slice(0, -1), lastMs: 0 };
  const nowMs = performance.now();
  const newest = history.back.at(-1);
  const together = newest && nowMs - history.lastMs < TOGETHER_MS;
  const back = together ? [...history.back.slice(0, -1), inverse.compose(newest)] : [...history.back, inverse];
  return { back: back.slice(-KEPT), forth: [], lastMs: nowMs };
}

function walk(way: 'back' | 'forth') {
  return (view: EditorView) => {
    const changes = view.state.field(field)[way].at(-1);
    if (changes) view.dispatch({ changes, annotations: walking.of(way), scrollIntoView: true });
    return true;
  };
}

export function undoHistory(): Extension {
  return [
    field,
    keymap.of([
      { key: 'Mod-z', run: walk('back'), preventDefault: true },
      { key: 'Mod-y', mac: 'Mod-Shift-z', run: walk('forth'), preventDefault: true },
    ]),
  ];
}
