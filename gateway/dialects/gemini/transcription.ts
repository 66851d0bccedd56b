/**
 * Transcripts from Gemini's transcription models: `generateContent` with a recording and `audioTranscriptionConfig`, to the letter
 * (`VERBATIM` is the default). They take no prompt, and other models answer a recording in place of writing it down. Source:
 * ai.google.dev/api/generate-content (AudioTranscriptionConfig, Transcription), the same types in `@google/genai`.
 */
import { unusable } from '../canonical/error.ts';
import { asRecord, asRecords, asText, defined } from '../canonical/json.ts';
import { createLosses } from '../canonical/losses.ts';
import type { Fields } from '../canonical/request.ts';
import type { TranscriptionProviderSide } from '../canonical/transcription.ts';
import { readMedia } from './inline-media.ts';
import { member } from './member.ts';

export const geminiTranscription: TranscriptionProviderSide = {
  buildRequest({ recording: { mediaType, bytes }, language }, model = '') {
    const losses = createLosses();
    if (!model.includes('transcribe'))
      losses.refuse(
        'model',
        'This model would answer a recording in place of writing it down: ask one that transcribes, such as gemini-3.5-transcribe.',
      );
    return losses.close<Fields>({
      contents: [{ role: 'user', parts: [{ inlineData: { mimeType: mediaType, data: bytes.toString('base64') } }] }],
      generationConfig: {
        audioTranscriptionConfig: defined({
          mode: 'VERBATIM',
          languageCodes: language === undefined ? undefined : [language],
        }),
      },
    });
  },
  parseAnswer(body) {
    const read = readMedia(body, 'transcript');
    if (read.error !== undefined) return read;
    if (asRecords(asRecord(body)?.candidates).length === 0)
      return { error: unusable('The answer holds no transcript.') };
    const { parts, usage } = read.answer;
    // A part is a speaker's turn, without spaces around it.
    const turns = parts.map((part) => asText(asRecord(member(part, 'audioTranscription'))?.text) ?? asText(part.text));
    return {
      answer: defined({
        text: turns
          .filter((turn) => turn)
          .join(' ')
          .trim(),
        usage,
      }),
    };
  },
};
