/**
 * Reasoning as members of a chat message, in the look-alikes' common form (see parse-reasoning.ts): `reasoning_content`
 * is for people, `reasoning_details` is what a client hands back so that signatures survive the turns.
 */
import type { TargetFacts } from '../canonical/adapter.ts';
import { asRecord, parseJson } from '../canonical/json.ts';
import type { Fields, Message, ReasoningPart, TranslatedDialect } from '../canonical/request.ts';
import { sealSignature } from '../canonical/signature.ts';
import type { Building } from './build-content.ts';

const OWN: TranslatedDialect = 'openai-chat';

/** For a request: only what came from a look-alike goes back to one; other dialects' thinking is left out and listed. */
export function buildReasoning(message: Message, { thinkingBack }: TargetFacts, { losses }: Building): Fields {
  const parts = message.parts.filter((part) => part.type === 'reasoning');
  const own = parts.filter((part) => part.from === OWN);
  if (own.length < parts.length) {
    losses.add('dropped', `${message.at}.content`, 'Chat completions take no thinking of another provider back.');
  }
  if (thinkingBack === undefined || own.length === 0) return reasoningMembers(own);
  const text = own.map((part) => part.text).join('');
  switch (thinkingBack) {
    case 'none':
      losses.add('dropped', `${message.at}.content`, 'The provider takes no thinking back.');
      return {};
    case 'reasoning_details':
      return { reasoning_details: own.map(reasoningDetail) };
    default:
      return text === '' ? {} : { [thinkingBack]: text };
  }
}

/** The members for these pieces; empty for none. Plain text of a look-alike needs no details. */
export function reasoningMembers(parts: readonly ReasoningPart[]): Fields {
  const text = parts.map((part) => part.text).join('');
  return {
    ...(text === '' ? {} : { reasoning_content: text }),
    ...(parts.some((part) => part.from !== OWN || part.signature !== undefined)
      ? { reasoning_details: parts.map(reasoningDetail) }
      : {}),
  };
}

/** One detail; `index` counts the message's pieces of reasoning. */
export function reasoningDetail(part: ReasoningPart, index: number): Fields {
  const proof = part.from === OWN ? asRecord(parseJson(part.signature ?? '')) : undefined;
  if (proof) return part.text === '' ? proof : { ...proof, text: part.text };
  if (part.redacted !== undefined) return { type: 'reasoning.encrypted', data: sealSignature(part), index };
  const text = { type: 'reasoning.text', text: part.text, index };
  // Without a signature too: what comes back must still say whose it is.
  return part.from === OWN && part.id === undefined ? text : { ...text, signature: sealSignature(part) };
}
