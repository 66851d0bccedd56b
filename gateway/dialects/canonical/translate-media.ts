/** Images and sound from OpenAI's form to a provider's own and back. Pure. */
import { geminiImages } from '../gemini/images.ts';
import { geminiSpeech } from '../gemini/speech.ts';
import { geminiTranscription } from '../gemini/transcription.ts';
import { openaiSpeech } from '../openai-audio/speech.ts';
import { openaiTranscription } from '../openai-audio/transcription.ts';
import { openaiImages } from '../openai-images/caller.ts';
import { translateCall } from './translate-call.ts';
import type { CallTarget, TranslatedCall } from './way-back.ts';

const HEARD =
  ' Ask at /v1/chat/completions, with the recording as an input_audio part, or a provider of OpenAI’s form.';
const SEEN = ' Ask at /v1beta/models/MODEL:generateContent, with the image as a part, or a provider of OpenAI’s form.';

/** `endpoint`: a name of dialects/endpoints.ts. `body`: JSON, or an `UploadForm` where it is uploaded. */
export function translateMedia(endpoint: string, body: unknown, target: CallTarget): TranslatedCall {
  switch (endpoint) {
    case 'images.generations':
      return translateCall(
        { ...openaiImages, talks: 'openai-chat' },
        { ...geminiImages, talks: 'gemini-generate' },
        body,
        target,
      );
    case 'audio.speech':
      return translateCall(
        { ...openaiSpeech, talks: 'openai-chat' },
        { ...geminiSpeech, talks: 'gemini-generate' },
        body,
        target,
      );
    case 'audio.transcriptions':
      return translateCall(
        { ...openaiTranscription, talks: 'openai-chat' },
        { ...geminiTranscription, talks: 'gemini-generate' },
        body,
        target,
      );
    default:
      return { refused: { param: 'model', message: `Gemini has no ${endpoint}.${INSTEAD[endpoint] ?? ''}` } };
  }
}

/** What can be asked in its place. */
const INSTEAD: Readonly<Record<string, string>> = {
  'audio.translations': HEARD,
  'images.edits': SEEN,
  'images.variations': SEEN,
};
