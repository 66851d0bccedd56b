/**
 * The credential that a practised request carries where its fault lies in the credential: a stand-in with the telling feature
 * and nothing to steal. Like every credential it is removed from captures; what is wrong with its shape is kept.
 */
import type { Cause } from '../../causes.ts';
import { mends } from './mending.ts';
import type { Api } from './practice-call.ts';
import { parsePracticeModel } from './practice-model.ts';

const HEADERS: Readonly<Record<Api, readonly [name: string, before: string]>> = {
  openai: ['authorization', 'Bearer '],
  anthropic: ['x-api-key', ''],
  gemini: ['x-goog-api-key', ''],
};

/** What stands where a key should: the example's placeholder, and another maker's key at each door. */
const STAND_INS: Readonly<Partial<Record<Cause, Readonly<Record<Api, string>>>>> = {
  key_malformed: { openai: 'YOUR_API_KEY_HERE', anthropic: 'YOUR_API_KEY_HERE', gemini: 'YOUR_API_KEY_HERE' },
  key_wrong_provider: {
    openai: 'sk-ant-api03-PRACTICE-STAND-IN-0000-abAA',
    anthropic: 'sk-proj-PRACTICE-STAND-IN-0000-abAA',
    gemini: 'sk-proj-PRACTICE-STAND-IN-0000-abAA',
  },
};

/** Header lines to send with a request for this practice model; none where the fault lies elsewhere. */
export function standInCredential(model: string | undefined, caller: Api): string[] {
  const parsed = model === undefined ? undefined : parsePracticeModel(model);
  if (!parsed?.ok || parsed.model.cause === undefined) return [];
  const { cause, mended, as } = parsed.model;
  if (mended !== undefined && mends(mended, parsed.model)) return [];
  const api = as === undefined ? caller : as === 'plain' ? 'openai' : as;
  const text = STAND_INS[cause]?.[api];
  const [name, before] = HEADERS[api];
  return text === undefined ? [] : [name, before + text];
}
