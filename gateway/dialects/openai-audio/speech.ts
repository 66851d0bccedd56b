/**
 * A text to be spoken, as OpenAI's callers ask for it. Source: platform.openai.com/docs/api-reference/audio/createSpeech and
 * platform.openai.com/docs/guides/text-to-speech (*Supported output formats*).
 */
import { asNumber, asText, defined, isRecord, unknownFields } from '../canonical/json.ts';
import { createLosses, type Losses, NOT_AN_OBJECT } from '../canonical/losses.ts';
import type { SpeechCallerSide, SpeechRequest } from '../canonical/speech.ts';
import { writeWav } from '../canonical/wav.ts';

const KNOWN: ReadonlySet<string> = new Set([
  'model',
  'input',
  'voice',
  'instructions',
  'speed',
  'response_format',
  'stream_format',
]);

/** OpenAI's samples without a head are of this many a second; nothing in the answer says how many. */
const PCM_PER_SECOND = 24_000;

export const openaiSpeech: SpeechCallerSide = {
  parseRequest(body) {
    if (!isRecord(body)) return NOT_AN_OBJECT;
    const losses = createLosses();
    const text = asText(body.input);
    if (!text) losses.refuse('input', 'The input must be a text.');
    const voice = asText(body.voice);
    if (!voice) losses.refuse('voice', 'The voice must be a name; a voice of your own exists at OpenAI only.');
    if (body.stream_format === 'sse')
      losses.refuse('stream_format', 'Speech as events exists at OpenAI only: ask without stream_format.');
    for (const name of Object.keys(unknownFields(body, KNOWN) ?? {}))
      losses.add('dropped', name, 'Speech has no such field elsewhere.');
    return losses.close<SpeechRequest>(
      defined({
        text: text ?? '',
        voice: voice ?? '',
        instructions: asText(body.instructions) || undefined,
        speed: asNumber(body.speed),
        format: readFormat(body.response_format, losses),
      }),
    );
  },
  buildAnswer({ samples, samplesPerSecond }, { format }) {
    const losses = createLosses();
    if (format === 'pcm' && samplesPerSecond !== PCM_PER_SECOND)
      losses.add('clamped', 'response_format', 'The samples come at another rate.', PCM_PER_SECOND, samplesPerSecond);
    const closed = losses.close(undefined);
    return {
      bytes: format === 'pcm' ? samples : writeWav(samples, samplesPerSecond),
      contentType: `audio/${format}`,
      ledger: closed.refused === undefined ? closed.ledger : [],
    };
  },
};

/** Where none is named it is `mp3`, and a program would write a file of that name. */
function readFormat(value: unknown, losses: Losses): SpeechRequest['format'] {
  if (value === 'wav' || value === 'pcm') return value;
  losses.refuse(
    'response_format',
    'This provider gives plain samples, of which a wav or pcm can be made and no mp3, opus, aac or flac: ask with response_format wav.',
  );
  return 'wav';
}
