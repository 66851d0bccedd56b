/** Fixes that change the request itself, wait, or lie outside: nothing stored changes. */
import { z } from 'zod';
import { bodyText } from '../../diagnosis/facts-of-capture.ts';
import { parseJson } from '../../dialects/canonical/json.ts';
import type { Edit } from '../contract/replay.ts';
import { Problem } from '../problem.ts';
import type { FixAction, FixContext, Need } from './fix-action.ts';
import { needed } from './fix-action.ts';

const LONGEST_WAIT_MS = 60_000;
/** Where the provider did not say how long. */
const USUAL_WAIT_MS = 1_000;

export const retry: FixAction = {
  changes: false,
  sentence: () => 'Sends the same request again.',
  async apply() {
    return { sentence: 'The request was sent again.' };
  },
};

export const retryLater: FixAction = {
  changes: false,
  sentence: (context) => `Waits ${Math.ceil(remainingMs(context) / 1000)} s, then sends the same request again.`,
  async apply(context) {
    const waitMs = remainingMs(context);
    if (waitMs > LONGEST_WAIT_MS) {
      const at = new Date(context.deps.now() + waitMs).toISOString();
      throw new Problem(
        'CONFLICT',
        `The provider asks to wait ${Math.ceil(waitMs / 60_000)} minutes.`,
        `Try again after ${at.slice(0, 19).replace('T', ' ')} UTC.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    return { sentence: `After ${Math.ceil(waitMs / 1000)} s the request was sent again.` };
  },
};

/** What is left of the wait that the answer asked for. */
function remainingMs({ capture, deps }: FixContext): number {
  const answer = [...(capture.attemptList.at(-1)?.responseHeaders ?? []), ...(capture.answer?.headers ?? [])];
  const told = answer.find(([name]) => name.toLowerCase() === 'retry-after')?.[1];
  if (told === undefined) return USUAL_WAIT_MS;
  const endedAt = Date.parse(capture.time) + (capture.durationMs ?? 0);
  const until = /^\d+$/.test(told) ? endedAt + Number(told) * 1000 : Date.parse(told);
  return Number.isNaN(until) ? USUAL_WAIT_MS : Math.max(0, until - deps.now());
}

function modelNeed({ fix }: FixContext): Need {
  const model = fix.action?.model;
  return {
    name: 'model',
    title: 'the model to use',
    secret: false,
    suggested: typeof model === 'string' ? model : null,
  };
}

function modelEdit(context: FixContext, model: string): Edit {
  const own = context.capture.provider;
  const complete = own === null || model.includes('/') ? model : `${own}/${model}`;
  return { path: 'model', value: complete };
}

export const useModel: FixAction = {
  changes: false,
  sentence: (context) =>
    `Sends the request to ${context.values.model?.trim() || modelNeed(context).suggested || 'another model'}.`,
  needs: (context) => [modelNeed(context)],
  edits: (context) => {
    const model = context.values.model?.trim() || modelNeed(context).suggested;
    return model ? [modelEdit(context, model)] : [];
  },
  async apply(context) {
    const model = needed(context, modelNeed(context));
    return {
      sentence: `The request was sent to ${model}.`,
      edits: [modelEdit(context, model)],
      next: `Let the app ask for ${model}, or lead the name it asks for there: keyward routes set NAME --target …`,
    };
  },
};

const namedParameter = z.object({ error: z.object({ param: z.string() }) });

/** What the answer itself names: a parameter that is not taken, and the one to use in its place. */
function suggestedEdits({ capture }: FixContext): Edit[] {
  if (capture.cause === 'wrong_endpoint' && capture.stage === 'receive') return nearestAddress(capture);
  const text = bodyText(capture.attemptList.at(-1)?.responseBody);
  const parsed = namedParameter.safeParse(parseJson(text ?? ''));
  if (!parsed.success || !/^[a-z_]{1,60}$/i.test(parsed.data.error.param)) return [];
  const { param } = parsed.data.error;
  const body = parseJson(bodyText(capture.request.body) ?? '') as Record<string, unknown> | undefined;
  if (body === undefined || body === null || !Object.hasOwn(body, param)) return [];
  const instead = /Use '([a-z_]{1,60})' instead/.exec(text ?? '')?.[1];
  const take: Edit = { path: `/${param}`, value: undefined };
  return instead ? [take, { path: `/${instead}`, value: body[param] }] : [take];
}

/** The path or method that this gateway itself named when it refused; one with a place to fill in is no suggestion. */
function nearestAddress({ message }: FixContext['capture']): Edit[] {
  const path = / Did you mean (\/[\w./-]+)\?/.exec(message)?.[1];
  if (path !== undefined && !/MODEL|PROVIDER/.test(path)) return [{ path: 'url', value: path }];
  const method = / takes ([A-Z]+)(?: or [^,]+)?, not [A-Z]+\./.exec(message)?.[1];
  return method === undefined ? [] : [{ path: 'method', value: method }];
}

/** Values are edits: `body`, `header.NAME` or JSON pointers, as replay takes them; empty takes the place away. */
function givenEdits({ values }: FixContext): Edit[] {
  return Object.entries(values).map(([path, value]) => ({
    path,
    value: value === '' ? undefined : typed(path, value),
  }));
}

function typed(path: string, value: string): unknown {
  if (!path.startsWith('/')) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value; // a text without quotes
  }
}

function editsOf(context: FixContext): Edit[] {
  const given = givenEdits(context);
  return given.length > 0 ? given : suggestedEdits(context);
}

export const editAndReplay: FixAction = {
  changes: false,
  sentence: (context) => {
    const edits = editsOf(context);
    if (edits.length === 0) return 'Sends the request again with the changes that you give.';
    return `Sends the request again with changes: ${edits.map(({ path, value }) => (value === undefined ? `without ${path}` : path)).join(', ')}.`;
  },
  needs: (context) =>
    suggestedEdits(context).length > 0
      ? []
      : [{ name: 'body', title: 'the request’s body, corrected', secret: false, suggested: null }],
  edits: editsOf,
  async apply(context) {
    const edits = editsOf(context);
    if (edits.length === 0) {
      throw new Problem(
        'INVALID',
        'What is to be changed in the request?',
        `Give places and values: keyward fix ${context.capture.id} edit-and-replay --value /max_tokens=100`,
      );
    }
    return { sentence: 'The changed request was sent.', edits, next: 'Make the same change in the app.' };
  },
};

/** Lies with the provider: a page is shown, or the facts for its support. */
export const page: FixAction = {
  changes: false,
  outside: true,
  sentence: ({ fix }) => `${fix.title}. This is done there, not here.`,
  async apply({ fix }) {
    return { sentence: `${fix.title}${fix.url ? `: ${fix.url}` : ''}. This is done there, not here.`, capture: null };
  },
};

export const contactSupport: FixAction = {
  changes: false,
  outside: true,
  sentence: ({ providerName }) => `Gathers the facts for ${providerName}’s support, free of secrets.`,
  async apply({ capture, providerName }) {
    return {
      sentence: `Send the facts to ${providerName}’s support.`,
      capture: null,
      next: `keyward captures export ${capture.id} --format support`,
    };
  },
};

export const connectApp: FixAction = {
  changes: false,
  outside: true,
  sentence: () => 'Shows how to connect the app.',
  async apply() {
    return {
      sentence: 'The app has to be given this gateway’s address and a gateway key.',
      capture: null,
      next: 'Look at Apps → Connect, or run `keyward gateway-keys issue --app NAME`.',
    };
  },
};

/** Done outside of Keyward, by hand; the request is then sent again to see. */
export const byHand: FixAction = {
  changes: false,
  outside: true,
  sentence: ({ fix }) => `${fix.title}. Once that is done, the request is sent again to see whether it helped.`,
  async apply({ fix }) {
    return { sentence: `${fix.title}. The request was sent again, to see whether that is done.` };
  },
};
