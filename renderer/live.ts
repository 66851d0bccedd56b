/**
 * The one live connection: an event iterator of the control contract, kept open and opened again when it breaks.
 * Screens subscribe to events; the shell shows the connection's state.
 */
import { ORPCError } from '@orpc/client';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { LiveEvent } from '../gateway/control/contract/index.ts';
import { api } from './api.ts';

export type Connection = 'connecting' | 'open' | 'lost' | 'signed-out';

const FIRST_RETRY_MS = 400;
const SLOWEST_RETRY_MS = 8_000;

const listeners = new Set<(event: LiveEvent) => void>();
const watchers = new Set<() => void>();
let connection: Connection = 'connecting';
let wake: () => void = () => {};

function setConnection(next: Connection) {
  if (next === connection) return;
  connection = next;
  for (const watcher of watchers) watcher();
}

/** Keeps the connection open until the returned function is called. Call once. */
export function startLive(): () => void {
  const stop = new AbortController();
  void run(stop.signal);
  return () => stop.abort();
}

async function run(signal: AbortSignal) {
  let retryMs = FIRST_RETRY_MS;
  while (!signal.aborted) {
    try {
      const events = await api.status.live(undefined, { signal });
      for await (const event of events) {
        retryMs = FIRST_RETRY_MS;
        setConnection('open');
        for (const listener of listeners) listener(event);
      }
    } catch (error) {
      if (error instanceof ORPCError && error.status === 401) setConnection('signed-out');
      else setConnection('lost');
    }
    if (signal.aborted) return;
    if (connection === 'open') setConnection('lost');
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, retryMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    retryMs = Math.min(retryMs * 2, SLOWEST_RETRY_MS);
  }
}

/** Tries again at once instead of waiting. */
export function retryNow() {
  wake();
}

export function useConnection(): Connection {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => connection,
  );
}

/** Calls back for every live event while the component is there. */
export function useLiveEvents(listener: (event: LiveEvent) => void) {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const call = (event: LiveEvent) => latest.current(event);
    listeners.add(call);
    return () => {
      listeners.delete(call);
    };
  }, []);
}
