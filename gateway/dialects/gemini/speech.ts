/**
 * Speech from Gemini's TTS models: `generateContent` with sound wanted in place of words. Sources:
 * ai.google.dev/gemini-api/docs/speech-generation and, on what changed with 3.8 (style, a file in place of samples),
 * docs.cloud.google.com/gemini-enterprise-agent-platform/models/text-to-speech/migration-guide.
 */

import { unusable } from '../canonical/error.ts';
import { defined } from '../canonical/json.ts';
import { createLosses, type Losses } from '../canonical/losses.ts';
import type { Fields } from '../canonical/request.ts';
import type { SpeechAnswer, SpeechProviderSide } from '../canonical/speech.ts';
import { readWav } from '../canonical/wav.ts';
import { inlineParts, readMedia } from './inline-media.ts';

export const geminiSpeech: SpeechProviderSide = {
  buildRequest({ text, voice, instructions, speed }, model = '') {
    const losses = createLosses();
    if (speed !== undefined && speed !== 1)
      losses.add('dropped', 'speed', 'Gemini has no field for it: say it in the instructions.', speed);
    return losses.close<Fields>({
      contents: [{ role: 'user', parts: [spoken(text, instructions, model, losses)] }],
      generationConfig: {
        responseModalities: ['AUDIO'],
        speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: voiceOf(voice, losses) } } },
      },
    });
  },
  parseAnswer(body) {
    const read = readMedia(body, 'sound');
    if (read.error !== undefined) return read;
    const heard: SpeechAnswer[] = [];
    for (const { base64, mediaType } of inlineParts(read.answer.parts)) {
      const sound = soundOf(Buffer.from(base64, 'base64'), mediaType);
      if (!sound) return { error: unusable(`The answer's sound is no plain samples (${mediaType.slice(0, 60)}).`) };
      heard.push(sound);
    }
    const [first] = heard;
    const samples = Buffer.concat(heard.map((each) => each.samples));
    if (!first || samples.length === 0) return { error: unusable('The answer holds no sound.') };
    return { answer: { samples, samplesPerSecond: first.samplesPerSecond } };
  },
};

/** These read the text to the letter and have a field for how; the older ones are told in the text itself. */
const HAS_STYLE = /gemini-(?:3\.(?:[89]|\d\d)|[4-9]|\d\d)/;

function spoken(text: string, style: string | undefined, model: string, losses: Losses): Fields {
  if (style === undefined) return { text };
  if (HAS_STYLE.test(model)) return defined({ text, speechMetadata: { style } });
  losses.add('renamed', 'instructions', 'This model is told in the text itself how to speak it.');
  return { text: `Say the following in this way: ${style}\n\n${text}` };
}

/** OpenAI's, which Gemini does not know (platform.openai.com/docs/guides/text-to-speech, *Voice options*). */
const OPENAI_VOICES: ReadonlySet<string> = new Set([
  'alloy',
  'ash',
  'ballad',
  'cedar',
  'coral',
  'echo',
  'fable',
  'marin',
  'nova',
  'onyx',
  'sage',
  'shimmer',
  'verse',
]);

/** The voice of Google's own first example. */
const USUAL_VOICE = 'Kore';

function voiceOf(voice: string, losses: Losses): string {
  if (!OPENAI_VOICES.has(voice.toLowerCase())) return voice;
  losses.add('defaulted', 'voice', 'Gemini has voices of its own: name one of those.', voice, USUAL_VOICE);
  return USUAL_VOICE;
}

/** `audio/L16;codec=pcm;rate=24000` (little endian, whatever RFC 2586 says), or a wave file from the newer models. */
function soundOf(bytes: Buffer, mediaType: string): SpeechAnswer | undefined {
  if (/^audio\/(?:x-)?wav\b/i.test(mediaType)) return readWav(bytes);
  if (!/^audio\/(?:l16|pcm)\b/i.test(mediaType)) return undefined;
  const [, rate] = /\brate=(\d{4,6})\b/i.exec(mediaType) ?? [];
  return { samples: bytes, samplesPerSecond: rate === undefined ? 24_000 : Number(rate) };
}
