/** The smallest request of each form that should be answered: one word, nothing optional. Pure. */
import type { Capture } from '../captures/capture.ts';
import type { Edit } from './experiment.ts';

const WORD = 'Hi';

/** An edit that puts it in the request's place; undefined where the endpoint has none. */
export function smallestBody(capture: Capture): Edit[] | undefined {
  const body = bodyFor(capture.endpoint, capture.askedModel ?? capture.model);
  return body === undefined ? undefined : [{ path: 'body', value: JSON.stringify(body) }];
}

function bodyFor(endpoint: string | null, model: string | null): object | undefined {
  const messages = [{ role: 'user', content: WORD }];
  switch (endpoint) {
    case 'chat.completions':
      return { model, messages };
    case 'completions':
      return { model, prompt: WORD };
    case 'responses':
    case 'embeddings':
    case 'moderations':
      return { model, input: WORD };
    case 'messages':
      return { model, max_tokens: 16, messages };
    case 'messages.count_tokens':
      return { model, messages };
    case 'generateContent':
    case 'streamGenerateContent':
    case 'countTokens':
      return { contents: [{ role: 'user', parts: [{ text: WORD }] }] };
    case 'embedContent':
      return { content: { parts: [{ text: WORD }] } };
    default:
      return undefined;
  }
}
