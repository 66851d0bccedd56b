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

export interface MediaServer {
  readonly origin: string;
  readonly asked: { readonly path: string; readonly body: Wire }[];
  stop(): void;
}

/** Fields of GenerateContentRequest that are taken here, by their place. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  '': ['contents', 'generationConfig', 'systemInstruction'],
  contents: ['role', 'parts'],
  parts: ['text', 'inlineData'],
  inlineData: ['mimeType', 'data'],
  systemInstruction: ['role', 'parts'],
  generationConfig: ['responseModalities', 'imageConfig', 'speechConfig', 'temperature'],
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
  if (!model.endsWith('-image')) return invalid(`Model does not support the requested response modalities: image`);
  if (responseModalities?.join() !== 'IMAGE') return invalid('no image was asked for');
  const { aspectRatio, imageSize } = imageConfig ?? {};
  if (aspectRatio !== undefined && !RATIOS.includes(aspectRatio)) return invalid(`aspectRatio ${aspectRatio}`);
  if (imageSize !== undefined && !/^(?:1K|2K|4K)$/.test(imageSize)) return invalid(`imageSize ${imageSize}`);
  return { status: 200, body: endings(prompt, model) };
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
    const call = { path: request.url ?? '', body: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
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
