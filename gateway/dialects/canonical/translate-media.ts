/** Images and sound from OpenAI's form to a provider's own and back. Pure. */
import { geminiImages } from '../gemini/images.ts';
import { openaiImages } from '../openai-images/caller.ts';
import { translateCall } from './translate-call.ts';
import type { CallTarget, TranslatedCall } from './way-back.ts';

/** Endpoints by their name that are carried to Gemini; the names are those of dialects/endpoints.ts. */
export function translateMedia(endpoint: string, body: unknown, target: CallTarget): TranslatedCall {
  switch (endpoint) {
    case 'images.generations':
      return translateCall(
        { ...openaiImages, talks: 'openai-chat' },
        { ...geminiImages, talks: 'gemini-generate' },
        body,
        target,
      );
    default:
      return {
        refused: { param: 'model', message: `it has nothing like ${endpoint}. Ask a provider of OpenAI’s form.` },
      };
  }
}
