/** Content blocks of an answer as canonical parts. Source: docs.aws.amazon.com/bedrock/latest/APIReference (ContentBlock). */
import { asNumber, asRecord, asRecords, asText, defined } from '../canonical/json.ts';
import type { Citation, Part, ProviderDialect } from '../canonical/request.ts';

const OWN: ProviderDialect = 'bedrock-converse';

export function parseBlock(block: Record<string, unknown>): Part[] {
  if (typeof block.text === 'string') return [{ type: 'text', text: block.text }];
  const call = asRecord(block.toolUse);
  if (call) {
    return [
      {
        type: 'tool-call',
        id: asText(call.toolUseId) ?? '',
        name: asText(call.name) ?? '',
        argumentsText: JSON.stringify(call.input ?? {}),
        kind: 'function',
      },
    ];
  }
  const reasoning = asRecord(block.reasoningContent);
  if (reasoning) {
    const redacted = asText(reasoning.redactedContent);
    if (redacted !== undefined) return [{ type: 'reasoning', text: '', from: OWN, redacted }];
    const text = asRecord(reasoning.reasoningText);
    return [
      defined({
        type: 'reasoning' as const,
        text: asText(text?.text) ?? '',
        from: OWN,
        signature: asText(text?.signature),
      }),
    ];
  }
  const cited = asRecord(block.citationsContent);
  if (cited) {
    const text = asRecords(cited.content)
      .map((item) => asText(item.text) ?? '')
      .join('');
    return [{ type: 'text', text, citations: asRecords(cited.citations).map(parseCitation) }];
  }
  const image = asRecord(block.image);
  const bytes = asText(asRecord(image?.source)?.bytes);
  if (bytes !== undefined) {
    const source = { kind: 'base64' as const, data: bytes, mediaType: `image/${asText(image?.format) ?? 'png'}` };
    return [{ type: 'image', source }];
  }
  const name = Object.keys(block)[0];
  return name === undefined ? [] : [{ type: 'opaque', from: OWN, name, value: block }];
}

/** A citation; places are those of the document, not of the answer. */
export function parseCitation(value: Record<string, unknown>): Citation {
  const source = asRecords(value.sourceContent)
    .map((item) => asText(item.text) ?? '')
    .join('');
  const web = asRecord(asRecord(value.location)?.web);
  return defined({
    url: asText(web?.url),
    title: asText(value.title),
    citedText: source === '' ? undefined : source,
    from: OWN,
    value,
  });
}

/** The place of a stream's block. */
export function blockIndex(value: Record<string, unknown>): number | undefined {
  return asNumber(value.contentBlockIndex);
}
