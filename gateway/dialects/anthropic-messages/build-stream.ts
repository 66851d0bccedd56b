/**
 * Canonical events as Anthropic's stream. Source: docs.claude.com/en/docs/build-with-claude/streaming. The stop reason
 * and the usage share one event, so it waits for the end; everything else is written as it comes.
 */
import type { AnswerContext } from '../canonical/adapter.ts';
import type { LedgerEntry } from '../canonical/losses.ts';
import type { Fields } from '../canonical/request.ts';
import type { CanonicalUsage, Finish } from '../canonical/response.ts';
import { sealSignature } from '../canonical/signature.ts';
import type { CanonicalEvent, PartDelta, PartHead, StreamBuilder, Written } from '../canonical/stream.ts';
import { buildError } from './build-error.ts';
import { buildFinish, buildUsage } from './usage.ts';

interface OpenBlock {
  readonly head: PartHead;
  readonly index: number;
  readonly signed: boolean;
}

export interface BuildState {
  readonly over: boolean;
  readonly blocks: Readonly<Record<number, OpenBlock>>;
  readonly nextIndex: number;
  readonly finish?: Finish;
  readonly usage?: CanonicalUsage;
}

type Step = readonly [BuildState, Written];

const NOTHING: Written = { text: '' };

export function buildStream(context: AnswerContext): StreamBuilder<BuildState> {
  return {
    initial: { over: false, blocks: {}, nextIndex: 0 },
    step: (state, event) => (state.over ? [state, NOTHING] : step(state, event, context)),
  };
}

function step(state: BuildState, event: CanonicalEvent, context: AnswerContext): Step {
  switch (event.type) {
    case 'start':
      return [state, start(event, context)];
    case 'usage':
      return [{ ...state, usage: { ...state.usage, ...event.usage } }, NOTHING];
    case 'part-start':
      return startBlock(state, event.index, event.part);
    case 'part-delta': {
      const block = state.blocks[event.index];
      return block ? writeDelta(state, event.index, block, event.delta) : [state, NOTHING];
    }
    case 'part-end':
      return endBlock(state, event.index);
    case 'finish':
      return [{ ...state, finish: event.finish }, NOTHING];
    case 'end': {
      const delta = named('message_delta', {
        delta: buildFinish(state.finish ?? { reason: 'stop' }),
        usage: buildUsage(state.usage),
      });
      return [{ ...state, over: true }, { text: delta + named('message_stop', {}) }];
    }
    case 'error':
      return [{ ...state, over: true }, { text: named('error', buildError(event.error).body) }];
    case 'ping':
      return [state, { text: named('ping', {}) }];
  }
}

function start(event: Extract<CanonicalEvent, { type: 'start' }>, context: AnswerContext): Written {
  const message = {
    id: event.id ?? `msg_${context.seed}`,
    type: 'message',
    role: 'assistant',
    model: event.model ?? context.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: buildUsage(undefined),
  };
  return { text: named('message_start', { message }) };
}

function startBlock(state: BuildState, index: number, head: PartHead): Step {
  const block = beginning(head);
  if (!block) {
    const what = head.type === 'opaque' ? head.name : head.type;
    return [state, { text: '', lost: [lost(`Anthropic messages cannot show ${what}.`)] }];
  }
  const open: OpenBlock = { head, index: state.nextIndex, signed: false };
  return [
    { ...state, blocks: { ...state.blocks, [index]: open }, nextIndex: state.nextIndex + 1 },
    { text: named('content_block_start', { index: open.index, content_block: block }) },
  ];
}

function beginning(head: PartHead): Fields | undefined {
  switch (head.type) {
    case 'text':
    case 'refusal':
      return { type: 'text', text: '' };
    case 'reasoning':
      if (head.from === 'anthropic-messages' && head.redacted !== undefined)
        return { type: 'redacted_thinking', data: head.redacted };
      return { type: 'thinking', thinking: '', signature: '' };
    case 'tool-call':
      return { type: 'tool_use', id: head.id, name: head.name, input: {} };
    case 'opaque':
      return head.from === 'anthropic-messages' ? head.value : undefined;
    case 'media':
      return undefined;
  }
}

function writeDelta(state: BuildState, key: number, block: OpenBlock, delta: PartDelta): Step {
  const { head, index } = block;
  const write = (body: Fields): Step => [state, { text: named('content_block_delta', { index, delta: body }) }];
  switch (delta.type) {
    case 'text':
      return write(
        head.type === 'reasoning'
          ? { type: 'thinking_delta', thinking: delta.text }
          : { type: 'text_delta', text: delta.text },
      );
    case 'arguments':
      return write({ type: 'input_json_delta', partial_json: delta.text });
    case 'signature': {
      if (head.type !== 'reasoning') return [state, NOTHING];
      const own = head.from === 'anthropic-messages';
      const [, written] = write({
        type: 'signature_delta',
        signature: own ? delta.value : sealSignature({ ...head, signature: delta.value }),
      });
      return [{ ...state, blocks: { ...state.blocks, [key]: { ...block, signed: true } } }, written];
    }
    case 'citation':
      if (delta.citation.from === 'anthropic-messages')
        return write({ type: 'citations_delta', citation: delta.citation.value });
      return [state, { text: '', lost: [lost('Citations of another provider have no place in Anthropic texts.')] }];
    case 'logprobs':
      return [state, { text: '', lost: [lost('Anthropic messages hold no log probabilities.')] }];
  }
}

/** Thinking of another dialect ends with a sealed signature, so that the next turn knows whose it is. */
function endBlock(state: BuildState, key: number): Step {
  const block = state.blocks[key];
  if (!block) return [state, NOTHING];
  const { [key]: _, ...blocks } = state.blocks;
  const { head, index, signed } = block;
  const foreign = head.type === 'reasoning' && head.from !== 'anthropic-messages' && !signed;
  const seal = foreign
    ? named('content_block_delta', { index, delta: { type: 'signature_delta', signature: sealSignature(head) } })
    : '';
  return [{ ...state, blocks }, { text: seal + named('content_block_stop', { index }) }];
}

function named(type: string, fields: Fields): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

function lost(why: string): LedgerEntry {
  return { path: 'content', action: 'dropped', why };
}
