/**
 * Canonical events as the events of a response. Source: platform.openai.com/docs/api-reference/responses-streaming. The
 * dialect says every text again when it is done and all of them in the last event, so the state holds the answer so far:
 * it grows with the answer, as nothing else here does.
 */
import type { AnswerContext } from '../canonical/adapter.ts';
import { type CanonicalError, ownMember } from '../canonical/error.ts';
import type { LedgerEntry } from '../canonical/losses.ts';
import type { Fields } from '../canonical/request.ts';
import type { CanonicalUsage, Finish } from '../canonical/response.ts';
import type { CanonicalEvent, PartDelta, PartHead, StreamBuilder, Written } from '../canonical/stream.ts';
import { type About, buildAnnotation, responseId, responseObject } from './build-output.ts';
import { begin, type OpenItem, partOf, say, wholeItem } from './stream-items.ts';
import { buildStatus, buildUsage } from './usage.ts';

export interface BuildState extends About {
  readonly seed: string;
  readonly sequence: number;
  readonly over: boolean;
  readonly open: Readonly<Record<number, OpenItem>>;
  readonly nextOutput: number;
  /** Items that are done, by output index. */
  readonly done: Readonly<Record<number, Fields>>;
  readonly finish?: Finish;
  readonly usage?: CanonicalUsage;
}

/** An event before it has its number. */
export type Draft = readonly [type: string, fields: Fields];
type Inner = readonly [BuildState, readonly Draft[], (readonly LedgerEntry[])?];

const NOTHING: Written = { text: '' };

export function buildStream(context: AnswerContext): StreamBuilder<BuildState> {
  const { seed, model, nowSeconds: createdSeconds, stored = false, earlier } = context;
  return {
    initial: {
      id: responseId(seed),
      model,
      createdSeconds,
      stored,
      earlier,
      seed,
      sequence: 0,
      over: false,
      open: {},
      nextOutput: 0,
      done: {},
    },
    step(state, event) {
      if (state.over) return [state, NOTHING];
      if (event.type === 'ping') return [state, { text: ': ping\n\n' }];
      const [next, drafts, lost] = step(state, event);
      const text = drafts
        .map(([type, fields], index) => write(type, { sequence_number: state.sequence + index, ...fields }))
        .join('');
      return [
        { ...next, sequence: state.sequence + drafts.length },
        { text, ...(lost ? { lost } : {}) },
      ];
    },
  };
}

function write(type: string, fields: Fields): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

function step(state: BuildState, event: CanonicalEvent): Inner {
  switch (event.type) {
    case 'start': {
      const { model = state.model, createdSeconds = state.createdSeconds } = event;
      const started = { ...state, model, createdSeconds };
      const response = responseObject(started, {});
      return [
        started,
        [
          ['response.created', { response }],
          ['response.in_progress', { response }],
        ],
      ];
    }
    case 'part-start':
      return startPart(state, event.index, event.part);
    case 'part-delta': {
      const item = state.open[event.index];
      return item ? writeDelta(state, event.index, item, event.delta) : [state, []];
    }
    case 'part-end':
      return endPart(state, event.index);
    case 'usage':
      return [{ ...state, usage: { ...state.usage, ...event.usage } }, []];
    case 'finish':
      return [{ ...state, finish: event.finish }, []];
    case 'end': {
      const status = buildStatus(state.finish ?? { reason: 'stop' });
      return [{ ...state, over: true }, [[`response.${status.status}`, { response: whole(state, status) }]]];
    }
    case 'error':
      return [{ ...state, over: true }, failure(state, event.error)];
    case 'ping':
      return [state, []];
  }
}

function whole(state: BuildState, status: Fields): Fields {
  const output = Object.values(state.done);
  return responseObject(state, {
    ...status,
    output,
    usage: state.usage === undefined ? null : buildUsage(state.usage),
  });
}

/** Programs listen to the one or the other: `response.failed` ends the response, `error` makes the SDKs throw. */
function failure(state: BuildState, error: CanonicalError): Draft[] {
  const code = error.kind === 'rate-limit' ? 'rate_limit_exceeded' : (error.code ?? 'server_error');
  const { message, param = null } = error;
  return [
    ['response.failed', { response: whole(state, { status: 'failed', error: { code, message } }) }],
    ['error', { code, message, param, ...ownMember(error) }],
  ];
}

function startPart(state: BuildState, index: number, head: PartHead): Inner {
  if (head.type === 'media' || (head.type === 'opaque' && head.from !== 'openai-responses')) {
    const what = head.type === 'media' ? head.mediaType : head.name;
    return [state, [], [lost(`The Responses API cannot show ${what}.`)]];
  }
  const output_index = state.nextOutput;
  const next = { ...state, nextOutput: output_index + 1 };
  if (head.type === 'opaque') {
    const item = head.value;
    const done = { ...state.done, [output_index]: item };
    return [
      { ...next, done },
      [
        ['response.output_item.added', { output_index, item }],
        ['response.output_item.done', { output_index, item }],
      ],
    ];
  }
  const [item, drafts] = begin(head, output_index, state.seed);
  return [{ ...next, open: { ...state.open, [index]: item } }, drafts];
}

function writeDelta(state: BuildState, index: number, item: OpenItem, delta: PartDelta): Inner {
  const update = (change: Partial<OpenItem>): BuildState => ({
    ...state,
    open: { ...state.open, [index]: { ...item, ...change } },
  });
  switch (delta.type) {
    case 'text':
    case 'arguments':
      return [update({ text: item.text + delta.text, begun: true }), say(item, delta.text)];
    case 'signature':
      return [update({ signature: delta.value }), []];
    case 'citation': {
      const annotation = buildAnnotation(delta.citation, item.text.length);
      if (!annotation || item.head.type !== 'text')
        return [state, [], [lost('The Responses API cites addresses and its own files only.')]];
      const fields = { ...partOf(item), annotation_index: item.annotations.length, annotation };
      return [
        update({ annotations: [...item.annotations, annotation] }),
        [['response.output_text.annotation.added', fields]],
      ];
    }
    case 'logprobs':
      return [state, [], [lost('Log probabilities of a translated stream are not carried.')]];
  }
}

function endPart(state: BuildState, index: number): Inner {
  const item = state.open[index];
  if (!item) return [state, []];
  const { [index]: _, ...open } = state.open;
  const [done, drafts] = wholeItem(item);
  return [{ ...state, open, done: { ...state.done, [item.outputIndex]: done } }, drafts];
}

function lost(why: string): LedgerEntry {
  return { path: 'output', action: 'dropped', why };
}
