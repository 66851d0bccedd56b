/** Binary event streams as Bedrock writes them. */
import { EventStreamCodec } from '@smithy/eventstream-codec';
import { fromUtf8, toUtf8 } from '@smithy/util-utf8';

const codec = new EventStreamCodec(toUtf8, fromUtf8);
const text = (value: string) => ({ type: 'string' as const, value });

export function eventBytes(name: string, payload: unknown): Buffer {
  return message({ ':event-type': name, ':content-type': 'application/json', ':message-type': 'event' }, payload);
}

export function exceptionBytes(name: string, payload: unknown): Buffer {
  return message(
    { ':exception-type': name, ':content-type': 'application/json', ':message-type': 'exception' },
    payload,
  );
}

function message(headers: Record<string, string>, payload: unknown): Buffer {
  return Buffer.from(
    codec.encode({
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, text(value)])),
      body: Buffer.from(JSON.stringify(payload)),
    }),
  );
}

/**
 * Form: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html and the payloads of botocore's
 * and the JavaScript SDK's tests (`p` is the padding that the service adds).
 */
export function converseStreamEvents(
  answer: readonly Record<string, unknown>[],
  stopReason = 'end_turn',
  usage: object = USAGE,
): Buffer[] {
  return [
    eventBytes('messageStart', { role: 'assistant', p: 'abcdefghij' }),
    ...answer.flatMap((block, contentBlockIndex) => blockEvents(block, contentBlockIndex)),
    eventBytes('messageStop', { stopReason, p: 'abc' }),
    eventBytes('metadata', { usage, metrics: { latencyMs: 812 }, p: 'abcdefghijklmno' }),
  ];
}

export const USAGE = {
  inputTokens: 30,
  outputTokens: 12,
  totalTokens: 142,
  cacheReadInputTokens: 80,
  cacheWriteInputTokens: 20,
};

// biome-ignore lint/suspicious/noExplicitAny: wire values
function blockEvents(block: any, contentBlockIndex: number): Buffer[] {
  const delta = (value: object) => eventBytes('contentBlockDelta', { contentBlockIndex, delta: value, p: 'abcd' });
  const pieces: Buffer[] = [];
  if (block.text !== undefined) for (const piece of cut(block.text)) pieces.push(delta({ text: piece }));
  if (block.toolUse) {
    const { toolUseId, name, input } = block.toolUse;
    pieces.push(
      eventBytes('contentBlockStart', { contentBlockIndex, start: { toolUse: { toolUseId, name } }, p: 'ab' }),
    );
    for (const piece of cut(JSON.stringify(input))) pieces.push(delta({ toolUse: { input: piece } }));
  }
  const { reasoningText, redactedContent } = block.reasoningContent ?? {};
  if (reasoningText) {
    for (const piece of cut(reasoningText.text)) pieces.push(delta({ reasoningContent: { text: piece } }));
    pieces.push(delta({ reasoningContent: { signature: reasoningText.signature } }));
  }
  if (redactedContent) pieces.push(delta({ reasoningContent: { redactedContent } }));
  return [...pieces, eventBytes('contentBlockStop', { contentBlockIndex, p: 'abcdef' })];
}

function cut(value: string): string[] {
  const letters = [...value];
  const middle = Math.ceil(letters.length / 2);
  return [letters.slice(0, middle).join(''), letters.slice(middle).join('')].filter((piece) => piece !== '');
}
