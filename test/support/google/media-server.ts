/**
 * Gemini's `generateContent` as its image and speech models take it, strict as protobuf's JSON is: a field that does not exist is a
 * 400. Forms: ai.google.dev/api/generate-content, ai.google.dev/gemini-api/docs/image-generation, …/speech-generation.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// biome-ignore lint/suspicious/noExplicitAny: wire values
type Wire = any;

/** A PNG of one pixel. */
export const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

/** Two megabytes that begin as one. */
export const PNG_LARGE = Buffer.concat([Buffer.from(PNG, 'base64'), Buffer.alloc(2_000_000, 0xa5)]);

/** A tenth of a second at 24,000 samples a second. */
export const SAMPLES = Buffer.from(
  Int16Array.from({ length: 2400 }, (_, at) => Math.round(9000 * Math.sin(at / 9))).buffer,
);

/** As `ffmpeg -f s16le -ar 24000 -ac 1 -bitexact` writes it, a chunk that nobody needs before the samples if wanted. */
export function waveFile(samples: Buffer, extra = Buffer.alloc(0)): Buffer {
  const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
  // 16 bytes: plain, one channel, 24,000 a second, 48,000 bytes a second, 2 bytes a sample, 16 bits.
  const format = Buffer.from('1000000001000100c05d000080bb000002001000', 'hex');
  const rest = Buffer.concat([
    Buffer.from('WAVEfmt '),
    format,
    extra,
    Buffer.from('data'),
    u32(samples.length),
    samples,
  ]);
  return Buffer.concat([Buffer.from('RIFF'), u32(rest.length), rest]);
}

export interface MediaServer {
  readonly origin: string;
  readonly asked: { readonly path: string; readonly body: Wire }[];
  stop(): void;
}

/** Fields of GenerateContentRequest that are taken here, by their place. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  '': ['contents', 'generationConfig', 'systemInstruction'],
  contents: ['role', 'parts'],
  parts: ['text', 'inlineData', 'speechMetadata'],
  speechMetadata: ['style', 'speaker'],
  inlineData: ['mimeType', 'data'],
  systemInstruction: ['role', 'parts'],
  generationConfig: ['responseModalities', 'imageConfig', 'speechConfig', 'audioTranscriptionConfig'],
  audioTranscriptionConfig: ['mode', 'languageCodes', 'customVocabulary', 'wordTimestamp', 'diarization'],
  imageConfig: ['aspectRatio', 'imageSize'],
  speechConfig: ['voiceConfig', 'languageCode'],
  voiceConfig: ['prebuiltVoiceConfig'],
  prebuiltVoiceConfig: ['voiceName'],
};

function unknownField(value: Wire, place = ''): string | undefined {
  if (Array.isArray(value)) return value.map((each) => unknownField(each, place)).find(Boolean);
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    if (!FIELDS[place]?.includes(name)) return `${place}.${name}`;
    const inner = unknownField(member, name);
    if (inner) return inner;
  }
  return undefined;
}

const RATIOS = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'];

function invalid(message: string) {
  return { status: 400, body: { error: { code: 400, message, status: 'INVALID_ARGUMENT' } } };
}

type Answer = { readonly status: number; readonly body: object };

/** Answers as a model does that makes what the request wants; `said` picks another ending by the prompt. */
function answerTo(path: string, body: Wire): Answer {
  const [, model] = /^\/v1beta\/models\/([^/:]+):generateContent$/.exec(path) ?? [];
  if (model === undefined) return { status: 404, body: { error: { code: 404, message: path, status: 'NOT_FOUND' } } };
  const strange = unknownField(body);
  if (strange) return invalid(`Invalid JSON payload received. Unknown name "${strange}": Cannot find field.`);
  const prompt: string = body.contents?.[0]?.parts?.[0]?.text ?? '';
  const { responseModalities, imageConfig } = body.generationConfig ?? {};
  if (model.endsWith('-transcribe')) return hear(body, model);
  if (model.endsWith('-tts')) return speak(prompt, body, model);
  if (!model.endsWith('-image')) return invalid(`Model does not support the requested response modalities: image`);
  if (responseModalities?.join() !== 'IMAGE') return invalid('no image was asked for');
  const { aspectRatio, imageSize } = imageConfig ?? {};
  if (aspectRatio !== undefined && !RATIOS.includes(aspectRatio)) return invalid(`aspectRatio ${aspectRatio}`);
  if (imageSize !== undefined && !/^(?:1K|2K|4K)$/.test(imageSize)) return invalid(`imageSize ${imageSize}`);
  return { status: 200, body: endings(prompt, model) };
}

/** Turns as the transcription model gives them; a recording of nothing has none. */
function hear(body: Wire, model: string): Answer {
  const parts: Wire[] = body.contents?.[0]?.parts ?? [];
  const { mimeType, data } = parts[0]?.inlineData ?? {};
  if (parts.length !== 1 || data === undefined) return invalid('This model takes one recording and no prompt.');
  if (!/^audio\/(?:wav|mp3|m4a|webm)$/.test(mimeType)) return invalid(`Unsupported MIME type: ${mimeType}`);
  if (body.generationConfig?.audioTranscriptionConfig?.mode !== 'VERBATIM') return invalid('mode');
  const recording = Buffer.from(data, 'base64');
  const said = recording.includes('nothing') ? [] : ['Grüezi mitenand.', 'Hoi.'];
  const content = { role: 'model', parts: said.map((text) => ({ audioTranscription: { text } })) };
  const usageMetadata = { promptTokenCount: 32, candidatesTokenCount: 6, totalTokenCount: 38 };
  return { status: 200, body: { candidates: [{ content, finishReason: 'STOP' }], usageMetadata, modelVersion: model } };
}

/** Samples from the older models, a file from those of 3.8, whose `LIST` chunk is of odd length. */
function speak(text: string, body: Wire, model: string): Answer {
  const { responseModalities, speechConfig } = body.generationConfig ?? {};
  const voice = speechConfig?.voiceConfig?.prebuiltVoiceConfig?.voiceName;
  if (responseModalities?.join() !== 'AUDIO') return invalid('This model only supports audio output.');
  if (!/^(?:Kore|Puck)$/.test(voice)) return invalid(`Voice name ${voice} is not supported.`);
  const newer = model.includes('3.8');
  if (!newer && body.contents[0].parts[0].speechMetadata) return invalid('speech_metadata is not supported');
  const list = Buffer.concat([Buffer.from('LIST'), Buffer.from([3, 0, 0, 0]), Buffer.from('abc'), Buffer.alloc(1)]);
  const sound = newer ? waveFile(SAMPLES, list) : SAMPLES;
  const mimeType = text === 'mpeg' ? 'audio/mpeg' : newer ? 'audio/wav' : 'audio/L16;codec=pcm;rate=24000';
  const parts = text === 'silence' ? [] : [{ inlineData: { mimeType, data: sound.toString('base64') } }];
  const usageMetadata = {
    promptTokenCount: 3,
    candidatesTokenCount: 48,
    totalTokenCount: 51,
    candidatesTokensDetails: [{ modality: 'AUDIO', tokenCount: 48 }],
  };
  const candidates = [{ content: { parts, role: 'model' }, finishReason: 'STOP', index: 0 }];
  return { status: 200, body: { candidates, usageMetadata, modelVersion: model } };
}

function endings(prompt: string, modelVersion: string): object {
  const usageMetadata = {
    promptTokenCount: 8,
    candidatesTokenCount: 1290,
    totalTokenCount: 1298,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: 8 }],
    candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1290 }],
  };
  const candidate = (parts: object[], finishReason = 'STOP') => ({
    candidates: [{ content: { parts, role: 'model' }, finishReason, index: 0 }],
    usageMetadata,
    modelVersion,
    responseId: 'r1',
  });
  const image = { inlineData: { mimeType: 'image/png', data: PNG } };
  if (prompt.includes('forbidden')) return { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, usageMetadata };
  if (prompt.includes('unsafe')) return candidate([], 'IMAGE_SAFETY');
  if (prompt.includes('chat')) return candidate([{ text: 'Which colour?' }]);
  if (prompt.includes('none')) return candidate([], 'NO_IMAGE');
  if (prompt.includes('large'))
    return candidate([{ inlineData: { mimeType: 'image/png', data: PNG_LARGE.toString('base64') } }]);
  if (prompt.includes('draft')) return candidate([{ ...image, thought: true }, { text: 'Here.' }, image]);
  return candidate([image]);
}

export async function startMediaServer(): Promise<MediaServer> {
  const asked: MediaServer['asked'] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const call = { path: request.url ?? '', body: text === '' ? undefined : JSON.parse(text) };
    asked.push(call);
    const { status, body } = answerTo(call.path, call.body);
    response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' }).end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
