/**
 * Canonical events as streamed `GenerateContentResponse`s. A function call is one part, so its arguments wait until they
 * are whole; finish reason and usage share the last chunk. Source: ai.google.dev/api/generate-content.
 */
import type { AnswerContext } from '../canonical/adapter.ts';
import { defined, isRecord, parseJson } from '../canonical/json.ts';
import type { LedgerEntry } from '../canonical/losses.ts';
import type { Fields } from '../canonical/request.ts';
import type { CanonicalUsage, Finish } from '../canonical/response.ts';
import { sealSignature } from '../canonical/signature.ts';
import type { CanonicalEvent, PartDelta, PartHead, StreamBuilder, Written } from '../canonical/stream.ts';
import { buildError } from './build-error.ts';
import { MADE_ID } from './parse-parts.ts';
import { buildFinish, buildUsage } from './usage.ts';

interface OpenPart {
  readonly head: PartHead;
  readonly argumentsText: string;
  readonly wroteText: boolean;
  readonly signed: boolean;
}

export interface BuildState {
  readonly id: string;
  readonly model: string;
  readonly wrote: boolean;
  readonly over: boolean;
  readonly parts: Readonly<Record<number, OpenPart>>;
  /** A signature that goes onto the next part. */
  readonly signature?: string;
  readonly finish?: Finish;
  readonly usage?: CanonicalUsage;
}

const NOTHING: Written = { text: '' };

export function buildStream(context: AnswerContext): StreamBuilder<BuildState> {
  const array = context.jsonArray === true;
  return {
    initial: { id: context.seed, model: context.model, wrote: false, over: false, parts: {} },
    step(state, event) {
      if (state.over) return [state, NOTHING];
      const [next, chunks, lost] = step(state, event);
      const text = chunks.map((chunk, index) => frame(chunk, array, !state.wrote && index === 0)).join('');
      const wrote = state.wrote || chunks.length > 0;
      const end = array && next.over ? (wrote ? '\n]' : '[]') : '';
      return [
        { ...next, wrote },
        { text: text + end, ...(lost ? { lost } : {}) },
      ];
    },
  };
}

function frame(chunk: Fields, array: boolean, first: boolean): string {
  const json = JSON.stringify(chunk);
  if (!array) return `data: ${json}\n\n`;
  return first ? `[${json}` : `,\n${json}`;
}

type Inner = readonly [BuildState, readonly Fields[], (readonly LedgerEntry[])?];

function step(state: BuildState, event: CanonicalEvent): Inner {
  switch (event.type) {
    case 'start':
      return [{ ...state, id: event.id ?? state.id, model: event.model ?? state.model }, []];
    case 'part-start':
      return startPart(state, event.index, event.part);
    case 'part-delta': {
      const open = state.parts[event.index];
      return open ? writeDelta(state, event.index, open, event.delta) : [state, []];
    }
    case 'part-end':
      return endPart(state, event.index);
    case 'usage':
      return [{ ...state, usage: { ...state.usage, ...event.usage } }, []];
    case 'finish':
      return [{ ...state, finish: event.finish }, []];
    case 'end':
      return [{ ...state, over: true }, [lastChunk(state)]];
    case 'error':
      return [{ ...state, over: true }, [buildError(event.error).body]];
    case 'ping':
      return [state, []];
  }
}

function startPart(state: BuildState, index: number, head: PartHead): Inner {
  if (head.type === 'media') return say(state, { inlineData: { mimeType: head.mediaType, data: head.data } });
  if (head.type === 'opaque') {
    if (head.from === 'gemini-generate') return say(state, head.value);
    return [state, [], [lost(`Gemini cannot show ${head.name}.`)]];
  }
  const open: OpenPart = { head, argumentsText: '', wroteText: false, signed: false };
  return [{ ...state, parts: { ...state.parts, [index]: open } }, []];
}

function writeDelta(state: BuildState, index: number, open: OpenPart, delta: PartDelta): Inner {
  const { head } = open;
  const update = (change: Partial<OpenPart>): BuildState => ({
    ...state,
    parts: { ...state.parts, [index]: { ...open, ...change } },
  });
  switch (delta.type) {
    case 'text':
      return say(
        update({ wroteText: true }),
        head.type === 'reasoning' ? { text: delta.text, thought: true } : { text: delta.text },
      );
    case 'arguments':
      return [update({ argumentsText: open.argumentsText + delta.text }), []];
    case 'signature': {
      if (head.type !== 'reasoning') return [state, []];
      const signed = update({ signed: true });
      if (head.from !== 'gemini-generate') {
        return say(signed, {
          text: '',
          thought: true,
          thoughtSignature: sealSignature({ ...head, signature: delta.value }),
        });
      }
      return open.wroteText
        ? say(signed, { text: '', thought: true, thoughtSignature: delta.value })
        : [{ ...signed, signature: delta.value }, []];
    }
    case 'citation':
      return [state, [], [lost('Parts hold no citations.')]];
    case 'logprobs':
      return [state, [], [lost('Gemini writes log probabilities in another way.')]];
  }
}

function endPart(state: BuildState, index: number): Inner {
  const open = state.parts[index];
  if (!open) return [state, []];
  const { [index]: _, ...parts } = state.parts;
  const closed = { ...state, parts };
  const { head } = open;
  if (head.type === 'tool-call') {
    const id = head.id.startsWith(MADE_ID) ? undefined : head.id;
    return say(closed, {
      functionCall: defined({ id, name: head.name, args: readArguments(head, open.argumentsText) }),
    });
  }
  const foreign = head.type === 'reasoning' && head.from !== 'gemini-generate' && !open.signed;
  return foreign ? say(closed, { text: '', thought: true, thoughtSignature: sealSignature(head) }) : [closed, []];
}

/** Text that is no JSON object is kept whole under one name, as in requests. */
function readArguments(head: Extract<PartHead, { type: 'tool-call' }>, text: string): Fields {
  if (head.kind === 'custom') return { input: text };
  if (text.trim() === '') return {};
  const value = parseJson(text);
  return isRecord(value) ? value : { arguments: value ?? text };
}

function say(state: BuildState, part: Fields): Inner {
  const { signature, ...rest } = state;
  const onto = signature === undefined || part.thought === true;
  const signed = onto ? part : { ...part, thoughtSignature: signature };
  return [onto ? state : rest, [envelope(state, { content: { parts: [signed], role: 'model' }, index: 0 })]];
}

function lastChunk(state: BuildState): Fields {
  const part = defined({ text: '', thoughtSignature: state.signature });
  const candidate = {
    content: { parts: [part], role: 'model' },
    ...buildFinish(state.finish ?? { reason: 'stop' }),
    index: 0,
  };
  return { ...envelope(state, candidate), ...(state.usage ? { usageMetadata: buildUsage(state.usage) } : {}) };
}

function envelope(state: BuildState, candidate: Fields): Fields {
  return { candidates: [candidate], modelVersion: state.model, responseId: state.id };
}

function lost(why: string): LedgerEntry {
  return { path: 'content', action: 'dropped', why };
}
