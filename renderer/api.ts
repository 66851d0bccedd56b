/**
 * The typed client of the control contract, over whichever transport this window has: a MessagePort from the desktop
 * shell, else HTTP under `/api` with the session's cookie. Nothing else in the screens talks to the gateway.
 */
import './no-eval.ts';
import { createORPCClient, ORPCError } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { OpenAPILink } from '@orpc/openapi-client/fetch';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { contract } from '../gateway/control/contract/index.ts';
import { KEYWARD_PORT_MESSAGE, type KeywardHost } from './host.ts';

export type Client = ContractRouterClient<typeof contract>;

const PORT_TIMEOUT_MS = 10_000;

/** Resolves with a client of the contract. Rejects when the desktop shell does not hand over a port. */
async function connect(): Promise<Client> {
  if (window.keyward) return createORPCClient(new RPCLink({ port: await receivePort(window.keyward) }));
  const link = new OpenAPILink(contract, {
    url: `${window.location.origin}/api`,
    fetch: (request, init) => fetch(request, { ...init, credentials: 'same-origin' }),
  });
  return createORPCClient(link);
}

function receivePort(host: KeywardHost): Promise<MessagePort> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => finish(() => reject(new Error('The desktop shell did not answer.'))),
      PORT_TIMEOUT_MS,
    );
    const onMessage = (event: MessageEvent) => {
      const [port] = event.ports;
      if (event.source !== window || event.data?.type !== KEYWARD_PORT_MESSAGE || !port) return;
      port.start();
      finish(() => resolve(port));
    };
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      window.removeEventListener('message', onMessage);
      settle();
    };
    window.addEventListener('message', onMessage);
    Promise.resolve(host.connect()).catch((error) => finish(() => reject(error)));
  });
}

/** Set once by `openApi`, before anything is drawn. */
export let api: Client;
export let queries: ReturnType<typeof createTanstackQueryUtils<Client>>;

export async function openApi(): Promise<void> {
  api = await connect();
  queries = createTanstackQueryUtils(api);
}

/** What went wrong, as a person may read it. */
export interface Problem {
  /** `FAILED`, `LOCKED` …, `SIGNED_OUT` without a session, `UNREACHABLE` without a gateway. */
  readonly code: string;
  readonly sentence: string;
  readonly next: string | null;
}

/** Names what an error of the client means. An error that is nobody's answer counts as the gateway being out of reach. */
export function problemOf(error: unknown, unreachable: { sentence: string; next: string }): Problem {
  if (error instanceof ORPCError) {
    if (error.status === 401) return { code: 'SIGNED_OUT', sentence: error.message, next: null };
    const next = (error.data as { next?: unknown } | undefined)?.next;
    return { code: error.code, sentence: error.message, next: typeof next === 'string' ? next : null };
  }
  return { code: 'UNREACHABLE', ...unreachable };
}
