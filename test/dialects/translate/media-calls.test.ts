/** Images and speech by translation: whatever callers send and providers answer is carried, refused or an error, never a throw. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { translateMedia } from '../../../gateway/dialects/canonical/translate-media.ts';
import { readWav, writeWav } from '../../../gateway/dialects/canonical/wav.ts';

const TARGET = { model: 'gemini-3-pro-image', shownModel: 'asked', askedAtSeconds: 7 };

const FIELDS = {
  'images.generations': ['prompt', 'n', 'size', 'response_format', 'output_format', 'background', 'stream', 'user'],
  'audio.speech': ['input', 'voice', 'instructions', 'speed', 'response_format', 'stream_format'],
} as const;

const GOOD = {
  'images.generations': { prompt: 'a cat' },
  'audio.speech': { input: 'hello', voice: 'Kore', response_format: 'wav' },
} as const;

/** Answers that are nearly of the form. */
const part = fc.oneof(
  fc.record({
    inlineData: fc.record({ mimeType: fc.constantFrom('image/png', 'audio/wav', 'audio/L16', 7), data: fc.anything() }),
  }),
  fc.record({ text: fc.anything() }),
  fc.anything(),
);
const answer = fc.oneof(
  fc.anything(),
  fc.record({
    candidates: fc.oneof(
      fc.anything(),
      fc.array(
        fc.record({
          content: fc.oneof(fc.anything(), fc.record({ parts: fc.oneof(fc.anything(), fc.array(part)) })),
          finishReason: fc.constantFrom('STOP', 'SAFETY', 'NO_IMAGE', 'OTHER', undefined, 7),
        }),
      ),
    ),
    usageMetadata: fc.anything(),
  }),
);

describe.each(['images.generations', 'audio.speech'] as const)('%s', (endpoint) => {
  it('takes or refuses whatever is sent, with a sentence', () => {
    const body = fc.oneof(
      fc.anything(),
      fc.record(Object.fromEntries(FIELDS[endpoint].map((name) => [name, fc.anything()])), { requiredKeys: [] }),
    );
    fc.assert(
      fc.property(body, (sent) => {
        const call = translateMedia(endpoint, sent, TARGET);
        if (call.refused === undefined) expect(call.body).toHaveProperty('generationConfig');
        else expect(call.refused.message).toMatch(/[.;:]/);
      }),
    );
  });

  it('makes of whatever comes an answer with something in it, or an error', () => {
    const call = translateMedia(endpoint, GOOD[endpoint], TARGET);
    if (call.refused) throw new Error(call.refused.message);
    fc.assert(
      fc.property(answer, (came) => {
        const made = call.back.whole(came);
        if (made.error !== undefined) expect(made.status).toBeGreaterThanOrEqual(400);
        else if ('bytes' in made) expect(made.bytes.length).toBeGreaterThan(44);
        else
          expect(made.body).toMatchObject({
            created: 7,
            data: [{ b64_json: expect.stringMatching(/./) }, ...(made.body.data as unknown[]).slice(1)],
          });
      }),
    );
  });
});

describe('a wave file', () => {
  it('gives back the samples it was made of', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        fc.integer({ min: 8000, max: 48_000 }),
        (bytes, samplesPerSecond) => {
          const samples = Buffer.from(bytes);
          expect(readWav(writeWav(samples, samplesPerSecond))).toEqual({ samples, samplesPerSecond });
        },
      ),
    );
  });

  it('that is cut or damaged is read as far as it goes, or not', () => {
    const whole = writeWav(Buffer.alloc(100, 1), 24_000);
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(whole.length - 1), fc.nat(255), (length, at, byte) => {
        const damaged = Buffer.from(whole);
        damaged[at] = byte;
        const read = readWav(damaged.subarray(0, length));
        if (read) expect(read.samples.length).toBeLessThanOrEqual(Math.max(0, length - 8));
      }),
    );
  });

  it('of a stream, whose length was not known when it began, is all that follows', () => {
    const streamed = writeWav(Buffer.alloc(100, 1), 24_000);
    streamed.writeUInt32LE(0xffffffff, 40);
    expect(readWav(streamed)?.samples).toHaveLength(100);
  });

  it('of two channels or of floats is none of these', () => {
    for (const [at, value] of [
      [20, 3],
      [22, 2],
      [34, 32],
    ] as const) {
      const other = writeWav(Buffer.alloc(8), 24_000);
      other.writeUInt16LE(value, at);
      expect(readWav(other)).toBeUndefined();
    }
  });
});
