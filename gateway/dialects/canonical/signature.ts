/**
 * Signatures of thinking on their way through a client of another dialect. The client hands them back unread, so the
 * dialect that can check them travels inside: base64 of a mark, the dialect and the value. Gemini's field is bytes in
 * base64, hence the outer form. Pure.
 */
import type { ProviderDialect, ReasoningPart } from './request.ts';

/** Nine bytes, so that their base64 is a fixed prefix of whole letters. */
const MARK = 'keyward1:';
const MARK_BASE64 = Buffer.from(MARK).toString('base64');

type Signed = Pick<ReasoningPart, 'from' | 'signature' | 'redacted' | 'id'>;

/** One opaque text that holds all of `signed`. */
export function sealSignature(signed: Signed): string {
  const { from, signature, redacted, id } = signed;
  return Buffer.from(MARK + JSON.stringify({ from, signature, redacted, id })).toString('base64');
}

/** What `sealSignature` sealed; undefined for a provider's own signature. */
export function openSignature(text: string): Signed | undefined {
  if (!text.startsWith(MARK_BASE64)) return undefined;
  try {
    const value = JSON.parse(Buffer.from(text, 'base64').toString('utf8').slice(MARK.length)) as Record<
      string,
      unknown
    >;
    if (!isDialect(value.from)) return undefined;
    return {
      from: value.from,
      ...(typeof value.signature === 'string' ? { signature: value.signature } : {}),
      ...(typeof value.redacted === 'string' ? { redacted: value.redacted } : {}),
      ...(typeof value.id === 'string' ? { id: value.id } : {}),
    };
  } catch {
    return undefined;
  }
}

const DIALECTS: ReadonlySet<unknown> = new Set<ProviderDialect>([
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini-generate',
  'bedrock-converse',
  'cohere-v2',
  'watsonx-chat',
  'ollama-chat',
  'replicate-predictions',
]);

function isDialect(value: unknown): value is ProviderDialect {
  return DIALECTS.has(value);
}
