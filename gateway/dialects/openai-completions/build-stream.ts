/** Canonical events as the chunks of a legacy completion. Source: platform.openai.com/docs/api-reference/completions. */
import type { AnswerContext } from '../canonical/adapter.ts';
import type { CanonicalUsage } from '../canonical/response.ts';
import type { CanonicalEvent, StreamBuilder, Written } from '../canonical/stream.ts';
import { buildFinish, buildUsage } from '../openai-chat/usage.ts';
import { buildOpenaiError } from '../openai-error.ts';
import { cannotShow, finishOf } from './build-response.ts';

interface BuildState {
  readonly id: string;
  readonly model: string;
  readonly createdSeconds: number;
  readonly over: boolean;
  /** Parts that are text. */
  readonly shown: ReadonlySet<number>;
  readonly usage?: CanonicalUsage;
}

const NOTHING: Written = { text: '' };

export function buildStream(context: AnswerContext): StreamBuilder<BuildState> {
  const initial: BuildState = {
    id: `cmpl-${context.seed}`,
    model: context.model,
    createdSeconds: context.nowSeconds,
    over: false,
    shown: new Set(),
  };
  return { initial, step: (state, event) => step(state, event, context.includeUsage === true) };
}

function step(state: BuildState, event: CanonicalEvent, includeUsage: boolean): readonly [BuildState, Written] {
  if (state.over) return [state, NOTHING];
  switch (event.type) {
    case 'start': {
      const { id = state.id, model = state.model, createdSeconds = state.createdSeconds } = event;
      return [{ ...state, id, model, createdSeconds }, NOTHING];
    }
    case 'part-start': {
      const { type } = event.part;
      if (type === 'text' || type === 'refusal')
        return [{ ...state, shown: new Set([...state.shown, event.index]) }, NOTHING];
      const lost = { path: 'choices[0].text', action: 'dropped' as const, why: cannotShow(type) };
      return [state, { text: '', lost: [lost] }];
    }
    case 'part-delta':
      return event.delta.type === 'text' && state.shown.has(event.index)
        ? [state, chunk(state, event.delta.text, null)]
        : [state, NOTHING];
    case 'part-end': {
      const shown = new Set(state.shown);
      shown.delete(event.index);
      return [{ ...state, shown }, NOTHING];
    }
    case 'usage':
      return [{ ...state, usage: { ...state.usage, ...event.usage } }, NOTHING];
    case 'finish':
      return [state, chunk(state, '', finishOf(buildFinish(event.finish)))];
    case 'end': {
      const usage =
        includeUsage && state.usage ? line({ ...envelope(state), choices: [], usage: buildUsage(state.usage) }) : '';
      return [{ ...state, over: true }, { text: `${usage}data: [DONE]\n\n` }];
    }
    case 'error':
      return [{ ...state, over: true }, { text: line(buildOpenaiError(event.error).body) }];
    case 'ping':
      return [state, { text: ': ping\n\n' }];
  }
}

function envelope(state: BuildState) {
  return { id: state.id, object: 'text_completion', created: state.createdSeconds, model: state.model };
}

function chunk(state: BuildState, text: string, finish: string | null): Written {
  return { text: line({ ...envelope(state), choices: [{ text, index: 0, logprobs: null, finish_reason: finish }] }) };
}

function line(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}
