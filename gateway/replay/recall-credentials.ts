/**
 * What a capture still knows of the credentials that came with its request. Recorded facts where there are any; for
 * captures of before facts were recorded, what its markers, its caller and its verdict tell. Pure.
 */
import { z } from 'zod';
import type { Capture } from '../captures/capture.ts';
import { markedLength } from '../captures/marker.ts';
import { findCredentials } from '../stages/credential.ts';
import { type CredentialFacts, credentialFactsSchema } from '../stages/credential-facts.ts';
import type { ReplayConfig } from './replay-config.ts';
import type { ReplayRefusal } from './replay-problem.ts';

export type Recalled =
  | { readonly ok: true; readonly facts: readonly CredentialFacts[] }
  | { readonly ok: false; readonly refusal: ReplayRefusal };

const recordedFacts = z.array(credentialFactsSchema);

/** `then` is the configuration of its time, null where it is not kept. */
export function recallCredentials(capture: Capture, then: ReplayConfig | null): Recalled {
  for (const stage of ['identify', 'receive'] as const) {
    const recorded = capture.steps.find((step) => step.stage === stage)?.input?.credentials;
    const parsed = recordedFacts.safeParse(recorded);
    if (parsed.success) return { ok: true, facts: parsed.data };
  }
  const { headers, url } = capture.request;
  const credentials = findCredentials(headers.flat(), url);
  const [credential] = credentials;
  // A scheme word alone is recorded as if it were a secret.
  if (!credential || (capture.cause === 'key_missing' && capture.stage === 'identify')) return { ok: true, facts: [] };
  const place = credential.from === '?key=' ? 'query parameter key' : `header ${credential.from}`;
  const step = capture.steps.find(({ stage }) => stage === 'identify');
  if (!step) return unknown('The request was refused before anybody looked at its gateway key.');
  const scheme = credential.scheme === undefined ? {} : { scheme: credential.scheme };
  const common = { place, length: markedLength(credential.value) ?? credential.value.length, ...scheme };
  const evidence = (what: string) => step.evidence?.find((one) => one.what === what)?.value;
  if (capture.gatewayKeyId !== null) {
    const record = then?.snapshot.gatewayKeys.get(capture.gatewayKeyId);
    if (!record || !then) return unknown('Which secret of its gateway key the app sent is no longer known.');
    const old = step.rule?.name === 'gateway-key.rotated' || /the old one of a rotation/.test(step.summary);
    const hash = old ? record.previous?.hash : record.hash;
    if (hash === undefined) return unknown('Which secret of its gateway key the app sent is no longer known.');
    const { id } = record;
    return {
      ok: true,
      facts: [{ ...common, form: 'gateway-key', id, whole: true, generation: then.generationOf(hash) }],
    };
  }
  const shape = evidence('gateway key');
  if (shape !== undefined) {
    const id = /^kw_([A-Za-z0-9]{4,32})_/.exec(shape)?.[1];
    const known = id === undefined ? {} : { id };
    return { ok: true, facts: [{ ...common, form: 'gateway-key', ...known, whole: !/checksum/.test(step.summary) }] };
  }
  const provider = evidence('shaped like a key of');
  if (provider !== undefined) return { ok: true, facts: [{ ...common, form: 'provider-key', provider }] };
  if (capture.cause === 'key_malformed') {
    const form = /placeholder/i.test(step.summary) ? 'placeholder' : 'wrapped-gateway-key';
    return { ok: true, facts: [{ ...common, form }] };
  }
  return { ok: true, facts: [{ ...common, form: 'other' }] };
}

function unknown(sentence: string): Recalled {
  return {
    ok: false,
    refusal: { sentence, next: 'Say in whose name to replay it: the edit gateway-key with the id of a gateway key.' },
  };
}
