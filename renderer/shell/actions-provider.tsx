import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef } from 'react';
import { ACTIONS, type ActionId } from './actions.ts';
import { matchStroke, type Pending } from './shortcuts.ts';

/** A handler that returns false had nothing to do: the key keeps its usual meaning. */
// biome-ignore lint/suspicious/noConfusingVoidType: handlers that do something need not say so
export type Handler = () => boolean | void;

interface Actions {
  /** The newest handler of an action is the one called. Returns how to take it away again. */
  register(id: ActionId, handler: Handler): () => void;
  run(id: ActionId): boolean;
  /** Whether it means anything where one stands. */
  has(id: ActionId): boolean;
}

const ActionsContext = createContext<Actions>({ register: () => () => {}, run: () => false, has: () => false });
export const useActions = () => useContext(ActionsContext);

/** Says what actions do while the component is shown. */
export function useActionHandlers(handlers: Partial<Record<ActionId, Handler>>) {
  const { register } = useActions();
  const latest = useRef(handlers);
  latest.current = handlers;
  const ids = Object.keys(handlers).sort().join(' ');
  useEffect(() => {
    const undo = ids
      .split(' ')
      .filter(Boolean)
      .map((id) => register(id as ActionId, () => latest.current[id as ActionId]?.() ?? true));
    return () => {
      for (const each of undo) each();
    };
  }, [ids, register]);
}

export function ActionsProvider({ children }: { children: ReactNode }) {
  const actions = useMemo(createActions, []);
  useEffect(() => {
    let pending: Pending | undefined;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const mod = event.ctrlKey || event.metaKey;
      if (!mod && keepsKey(event)) return;
      const matched = matchStroke(ACTIONS, { key: event.key, mod, alt: event.altKey }, pending, performance.now());
      pending = matched.pending;
      if (matched.action && actions.run(matched.action)) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [actions]);
  return <ActionsContext value={actions}>{children}</ActionsContext>;
}

function createActions(): Actions {
  const handlers = new Map<ActionId, Handler[]>();
  return {
    register(id, handler) {
      handlers.set(id, [...(handlers.get(id) ?? []), handler]);
      return () => handlers.set(id, handlers.get(id)?.filter((each) => each !== handler) ?? []);
    },
    run(id) {
      const handler = handlers.get(id)?.at(-1);
      return handler ? handler() !== false : false;
    },
    has: (id) => (handlers.get(id)?.length ?? 0) > 0,
  };
}

/** Keys belong to whoever has the focus where they mean something there: text, menus, lists, and anything in a dialog. */
function keepsKey(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (!target) return false;
  if (document.querySelector('[aria-modal="true"]')) return true;
  if (target.closest('input, textarea, select, [contenteditable="true"]')) return true;
  if (target.closest('[role="menu"], [role="listbox"], [role="tablist"], [role="radiogroup"]')) {
    return event.key.startsWith('Arrow') || event.key === 'Enter' || event.key === 'Escape';
  }
  return event.key === 'Enter' && target.closest('button, a, summary') !== null;
}
