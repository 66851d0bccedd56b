/** The items of a streamed response: how each kind begins, goes on and is done. Source: see build-stream.ts. */
import type { Fields } from '../canonical/request.ts';
import type { PartHead } from '../canonical/stream.ts';
import { callItem, messageItem, reasoningItem, refusalPart, textPart } from './build-output.ts';

type ItemHead = Exclude<PartHead, { type: 'media' | 'opaque' }>;
type Draft = readonly [type: string, fields: Fields];

export interface OpenItem {
  readonly head: ItemHead;
  readonly id: string;
  readonly outputIndex: number;
  readonly text: string;
  readonly begun: boolean;
  readonly signature?: string;
  readonly annotations: readonly Fields[];
}

const PREFIX = { text: 'msg', refusal: 'msg', reasoning: 'rs', 'tool-call': 'fc' } as const;

/** A new item and the events that announce it. */
export function begin(head: ItemHead, outputIndex: number, seed: string): readonly [OpenItem, Draft[]] {
  const prefix = head.type === 'tool-call' && head.kind === 'custom' ? 'ctc' : PREFIX[head.type];
  const own = head.type === 'reasoning' && head.from === 'openai-responses' ? head.id : undefined;
  const item: OpenItem = {
    head,
    id: own ?? `${prefix}_${seed}_${outputIndex}`,
    outputIndex,
    text: '',
    begun: false,
    annotations: [],
  };
  const added: Draft = ['response.output_item.added', { output_index: outputIndex, item: unfinished(item) }];
  if (head.type !== 'text' && head.type !== 'refusal') return [item, [added]];
  const part = head.type === 'text' ? textPart('') : refusalPart('');
  return [item, [added, ['response.content_part.added', { ...partOf(item), part }]]];
}

function unfinished(item: OpenItem): Fields {
  switch (item.head.type) {
    case 'tool-call':
      return callItem(item.id, item.head, '', 'in_progress');
    case 'reasoning':
      return { id: item.id, type: 'reasoning', summary: [] };
    default:
      return messageItem(item.id, [], 'in_progress');
  }
}

/** Where a text part stands. */
export function partOf(item: OpenItem): Fields {
  return { item_id: item.id, output_index: item.outputIndex, content_index: 0 };
}

function placeOf(item: OpenItem): Fields {
  return { item_id: item.id, output_index: item.outputIndex };
}

/** The events of one more piece. */
export function say(item: OpenItem, delta: string): Draft[] {
  switch (item.head.type) {
    case 'text':
      return [['response.output_text.delta', { ...partOf(item), delta, logprobs: [] }]];
    case 'refusal':
      return [['response.refusal.delta', { ...partOf(item), delta }]];
    case 'tool-call': {
      const type =
        item.head.kind === 'custom'
          ? 'response.custom_tool_call_input.delta'
          : 'response.function_call_arguments.delta';
      return [[type, { ...placeOf(item), delta }]];
    }
    case 'reasoning': {
      const place = { ...placeOf(item), summary_index: 0 };
      const first: Draft[] = item.begun
        ? []
        : [['response.reasoning_summary_part.added', { ...place, part: { type: 'summary_text', text: '' } }]];
      return [...first, ['response.reasoning_summary_text.delta', { ...place, delta }]];
    }
  }
}

/** The whole item, and the events that end it. */
export function wholeItem(item: OpenItem): readonly [Fields, Draft[]] {
  const { head, id, text } = item;
  const ended = (whole: Fields): Draft => [
    'response.output_item.done',
    { output_index: item.outputIndex, item: whole },
  ];
  switch (head.type) {
    case 'text': {
      const part = textPart(text, item.annotations);
      const whole = messageItem(id, [part], 'completed');
      const done: Draft = ['response.output_text.done', { ...partOf(item), text, logprobs: [] }];
      return [whole, [done, ['response.content_part.done', { ...partOf(item), part }], ended(whole)]];
    }
    case 'refusal': {
      const part = refusalPart(text);
      const whole = messageItem(id, [part], 'completed');
      const done: Draft = ['response.refusal.done', { ...partOf(item), refusal: text }];
      return [whole, [done, ['response.content_part.done', { ...partOf(item), part }], ended(whole)]];
    }
    case 'tool-call': {
      if (head.kind === 'custom') {
        const whole = callItem(id, head, text, 'completed');
        return [whole, [['response.custom_tool_call_input.done', { ...placeOf(item), input: text }], ended(whole)]];
      }
      const whole = callItem(id, head, text || '{}', 'completed');
      const done: Draft = [
        'response.function_call_arguments.done',
        { ...placeOf(item), name: head.name, arguments: text || '{}' },
      ];
      return [whole, [done, ended(whole)]];
    }
    case 'reasoning': {
      const whole = reasoningItem({ ...head, text, signature: item.signature }, id);
      const place = { ...placeOf(item), summary_index: 0 };
      const done: Draft[] = item.begun
        ? [
            ['response.reasoning_summary_text.done', { ...place, text }],
            ['response.reasoning_summary_part.done', { ...place, part: { type: 'summary_text', text } }],
          ]
        : [];
      return [whole, [...done, ended(whole)]];
    }
  }
}
