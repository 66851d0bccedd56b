/** Words for what the listener turned away before any stage: it is about the connection, not about a key or a body. */
import type { Capture } from '../../captures/capture.ts';
import type { Cause } from '../../causes.ts';
import type { SideWords } from './words.ts';

const FOREIGN_HOST: SideWords = {
  title: 'The request was meant for another host than this gateway.',
  means: 'The gateway answers under its own names and those that its settings allow; the key was not looked at.',
  why: 'The app uses a name of this computer that is not among the allowed hosts, takes the gateway for a proxy, or is a web page that tries to reach it under a name of its own (DNS rebinding).',
  fixes: ['connect-app'],
};

const FOREIGN_ORIGIN: SideWords = {
  title: 'A web page that is not allowed to use this gateway sent the request.',
  means: 'Web pages may use the gateway only where its settings name their origin; the key was not looked at.',
  why: 'The app runs in a browser and its origin is not among the allowed origins, or a page tried its luck.',
  fixes: ['connect-app', 'retry'],
};

const HEADERS_TOO_LARGE: SideWords = {
  title: 'The headers of the request are too large.',
  means: 'Request line and headers together may have 32 kB; nothing after them was read.',
  why: 'Something long was put into a header or the address that belongs into the body, or cookies have piled up.',
  fixes: ['connect-app'],
};

const UNREADABLE: SideWords = {
  title: 'What arrived is not a request that can be read.',
  means: 'The bytes are not well-formed HTTP/1.1, so neither path, key nor body are known.',
  why: 'The app speaks another protocol (https, HTTP/2), or a program between wrote the request badly.',
  fixes: ['connect-app'],
};

const PROXY: SideWords = {
  title: 'The app takes this gateway for a proxy.',
  means: 'CONNECT asks a proxy for a way to another host; a gateway is asked itself.',
  why: 'The gateway’s address was put into HTTPS_PROXY or an app’s proxy settings.',
  fixes: ['connect-app'],
};

/** Undefined for what a stage refused. */
export function doorWords(capture: Capture, cause: Cause): SideWords | undefined {
  const refused = capture.steps.findLast((step) => step.decision === 'refused');
  if (refused?.stage !== 'receive') return undefined;
  if (refused.rule?.name === 'allowedHosts') return FOREIGN_HOST;
  if (refused.rule?.name === 'allowedOrigins') return FOREIGN_ORIGIN;
  const { method } = capture.request;
  if (method === 'CONNECT') return PROXY;
  if (method !== '?') return undefined;
  return cause === 'payload_too_large' ? HEADERS_TOO_LARGE : UNREADABLE;
}
