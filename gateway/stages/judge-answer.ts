/** Judges a whole, unstreamed 2xx answer by its text: is it what the endpoint promises? Pure. */
import type { Attempt, Dialect, Exchange } from '../exchange.ts';
import { headerValue } from '../providers/headers.ts';

export interface AnswerFault {
  /** The provider reported an error inside a success. */
  readonly providerError: boolean;
  readonly message: string;
}

/** Endpoints whose success is no JSON, or need not be. */
const FREE_FORM: ReadonlySet<string> = new Set(['openai-audio', 'raw', 'openai-realtime']);

/**
 * Undefined when nothing is wrong. Looks at the ends of the text and for an error member near its beginning; it does
 * not parse, as this runs on every answer. `dialect` is what the provider was asked in.
 */
export function judgeAnswer(
  exchange: Exchange,
  attempt: Attempt,
  text: string,
  dialect: Dialect,
): AnswerFault | undefined {
  if (FREE_FORM.has(dialect) || exchange.request.method === 'HEAD') return undefined;
  const encoding = headerValue(attempt.responseHeaders ?? [], 'content-encoding');
  if (encoding && !/^(?:identity|gzip|x-gzip|deflate|br)$/i.test(encoding)) return undefined;
  const body = text.trim();
  if (body === '') return { providerError: false, message: 'The provider answered with success and an empty body.' };
  const first = body[0];
  if (first !== '{' && first !== '[') {
    return { providerError: false, message: 'The provider answered with success, but not with JSON.' };
  }
  const last = body[body.length - 1];
  if (last !== (first === '{' ? '}' : ']')) {
    return { providerError: false, message: 'The provider answered with success, but its JSON is cut short.' };
  }
  if (/"error"\s*:\s*[{"]/.test(body.slice(0, 400)) && hasErrorMember(body)) {
    return { providerError: true, message: 'The provider answered with status 200 and an error inside.' };
  }
  // A failed run is HTTP 200 or 201 (replicate.com/docs/topics/predictions/lifecycle).
  if (dialect === 'replicate-predictions' && /"status"\s*:\s*"(?:failed|canceled|aborted)"/.test(body)) {
    if (hasFailed(body)) return { providerError: true, message: 'The provider’s run of the model failed.' };
  }
  // Gemini refuses a prompt with status 200, no candidates and this member (ai.google.dev/api/generate-content).
  if (dialect === 'gemini-generate' && /"blockReason"\s*:\s*"/.test(body) && !body.includes('"candidates"')) {
    return { providerError: true, message: 'The provider blocked the prompt.' };
  }
  return undefined;
}

function hasFailed(body: string): boolean {
  try {
    return ['failed', 'canceled', 'aborted'].includes((JSON.parse(body) as { status: string }).status);
  } catch {
    return false;
  }
}

function hasErrorMember(body: string): boolean {
  try {
    const value = JSON.parse(body) as { error?: unknown; choices?: unknown; content?: unknown; candidates?: unknown };
    return Boolean(value.error) && !value.choices && !value.content && !value.candidates;
  } catch {
    return false;
  }
}
