/**
 * Reasoning in chat messages. OpenAI's own API shows none; look-alikes do: `reasoning_content`
 * (api-docs.deepseek.com/guides/thinking_mode), `reasoning` and `reasoning_details`
 * (openrouter.ai/docs/use-cases/reasoning-tokens), parts of the content (docs.mistral.ai/capabilities/reasoning). Details that came from another dialect lead back to it.
 */
import { asRecords, asText } from '../canonical/json.ts';
import type { ReasoningPart, TranslatedDialect } from '../canonical/request.ts';
import { openSignature } from '../canonical/signature.ts';

const OWN: TranslatedDialect = 'openai-chat';

/** The reasoning of a message or a delta, in order; empty where there is none. */
export function parseReasoning(message: Record<string, unknown>): ReasoningPart[] {
  const details = joinPieces(asRecords(message.reasoning_details)).map(parseDetail);
  if (details.length > 0) return details;
  const text = asText(message.reasoning_content) ?? asText(message.reasoning) ?? thinkingIn(message.content);
  return text ? [{ type: 'reasoning', text, from: OWN }] : [];
}

/** Mistral's models think in parts of their content, each a list of texts. */
function thinkingIn(content: unknown): string {
  return asRecords(content)
    .flatMap(({ type, thinking }) => (type === 'thinking' ? asRecords(thinking) : []))
    .map(({ text }) => asText(text) ?? '')
    .join('');
}

/** Clients collect a stream's pieces as they came: texts of one index are one, its signature comes last. */
function joinPieces(details: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  const joined: Record<string, unknown>[] = [];
  for (const detail of details) {
    const last = joined[joined.length - 1];
    const goesOn =
      last?.type === 'reasoning.text' &&
      detail.type === last.type &&
      detail.index === last.index &&
      last.signature === undefined;
    if (!goesOn) joined.push(detail);
    else
      joined[joined.length - 1] = { ...last, ...detail, text: (asText(last.text) ?? '') + (asText(detail.text) ?? '') };
  }
  return joined;
}

function parseDetail(detail: Record<string, unknown>): ReasoningPart {
  const text = asText(detail.text) ?? asText(detail.summary) ?? '';
  const sealed = asText(detail.signature) ?? asText(detail.data);
  const opened = sealed === undefined ? undefined : openSignature(sealed);
  if (opened) return { type: 'reasoning', text, ...opened };
  // A look-alike's own detail: what proves it is all of it but the text.
  const { text: _, ...proof } = detail;
  return { type: 'reasoning', text, from: OWN, ...(sealed === undefined ? {} : { signature: JSON.stringify(proof) }) };
}
