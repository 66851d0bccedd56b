/** OpenAI's endpoints besides chat: embeddings, images, audio, moderations, and rerank as Jina and Cohere answer it. */
import { listOf, type PracticeCall, recordOf, stringOf } from '../practice-call.ts';
import { countTokens } from '../reply.ts';
import { idFrom, jsonAnswer, PRACTICE_EPOCH_S, type Script } from '../script.ts';
import { openaiHeaders } from './provider-headers.ts';
import { vectorBase64, vectorOf } from './vector.ts';

export function embeddingsAnswer(call: PracticeCall, model: string): Script {
  const { input, dimensions, encoding_format: encoding } = call.json ?? {};
  // A list of numbers is one text in tokens; a list of lists or of texts is many.
  const many = Array.isArray(input) && typeof input[0] !== 'number' ? input : [input];
  const size = typeof dimensions === 'number' && dimensions >= 1 && dimensions <= 3072 ? Math.floor(dimensions) : 1536;
  const texts = many.map((item) => (typeof item === 'string' ? item : JSON.stringify(item ?? '')));
  const tokens = texts.reduce((sum, text) => sum + countTokens(text), 0);
  return jsonAnswer(200, openaiHeaders(call.digest), {
    object: 'list',
    data: texts.map((text, index) => {
      const vector = vectorOf(text, size);
      return { object: 'embedding', index, embedding: encoding === 'base64' ? vectorBase64(vector) : vector };
    }),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  });
}

/** One transparent pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

export function imagesAnswer(call: PracticeCall): Script {
  const count = typeof call.json?.n === 'number' ? Math.min(Math.max(1, Math.floor(call.json.n)), 10) : 1;
  const image = call.json?.response_format === 'url' ? { url: `data:image/png;base64,${PNG}` } : { b64_json: PNG };
  return jsonAnswer(200, openaiHeaders(call.digest), {
    created: PRACTICE_EPOCH_S,
    data: Array.from({ length: count }, () => image),
  });
}

/** A tenth of a second of silence: 8-bit mono at 8 kHz. */
export function speechAnswer(call: PracticeCall): Script {
  const samples = 800;
  const wav = Buffer.alloc(44 + samples, 0x80);
  wav.write('RIFF', 0, 'latin1');
  wav.writeUInt32LE(36 + samples, 4);
  wav.write('WAVEfmt ', 8, 'latin1');
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(8000, 24);
  wav.writeUInt32LE(8000, 28);
  wav.writeUInt16LE(1, 32);
  wav.writeUInt16LE(8, 34);
  wav.write('data', 36, 'latin1');
  wav.writeUInt32LE(samples, 40);
  return binaryAnswer({ 'content-type': 'audio/wav', ...openaiHeaders(call.digest) }, wav);
}

function* binaryAnswer(headers: Readonly<Record<string, string>>, bytes: Buffer): Script {
  yield { kind: 'head', status: 200, headers: { ...headers, 'content-length': String(bytes.length) } };
  yield { kind: 'chunk', bytes };
  yield { kind: 'end' };
}

export function transcriptionAnswer(call: PracticeCall): Script {
  const text = 'This is the practice provider’s transcription.';
  const format = /name="response_format"\r?\n\r?\n([a-z_]+)/.exec(call.bodyText)?.[1];
  const headers = openaiHeaders(call.digest);
  if (format === 'text')
    return jsonAnswer(200, { 'content-type': 'text/plain; charset=utf-8', ...headers }, `${text}\n`);
  if (format === 'verbose_json') {
    const segments = [{ id: 0, seek: 0, start: 0, end: 1, text, tokens: [], temperature: 0 }];
    return jsonAnswer(200, headers, { task: 'transcribe', language: 'english', duration: 1, text, segments });
  }
  return jsonAnswer(200, headers, { text, usage: { type: 'duration', seconds: 1 } });
}

const CATEGORIES = [
  'harassment',
  'harassment/threatening',
  'hate',
  'hate/threatening',
  'illicit',
  'illicit/violent',
  'self-harm',
  'self-harm/instructions',
  'self-harm/intent',
  'sexual',
  'sexual/minors',
  'violence',
  'violence/graphic',
];

export function moderationsAnswer(call: PracticeCall, model: string): Script {
  const inputs = Array.isArray(call.json?.input) ? call.json.input : [call.json?.input];
  const same = <T>(value: T) => Object.fromEntries(CATEGORIES.map((name) => [name, value]));
  return jsonAnswer(200, openaiHeaders(call.digest), {
    id: `modr-${idFrom(call.digest, 29)}`,
    model,
    results: inputs.map(() => ({ flagged: false, categories: same(false), category_scores: same(0.00001) })),
  });
}

/** Relevance is the share of the query's words that a document has; ties keep their order. */
export function rerankAnswer(call: PracticeCall, model: string): Script {
  const query = (stringOf(call.json?.query) ?? '').toLowerCase().split(/\W+/).filter(Boolean);
  const documents = listOf(call.json?.documents).map((item) => stringOf(item) ?? stringOf(recordOf(item)?.text) ?? '');
  const scored = documents.map((text, index) => {
    const said = new Set(text.toLowerCase().split(/\W+/));
    const found = query.filter((word) => said.has(word)).length;
    return { index, relevance_score: query.length === 0 ? 0 : found / query.length, document: { text } };
  });
  scored.sort((a, b) => b.relevance_score - a.relevance_score || a.index - b.index);
  const top = typeof call.json?.top_n === 'number' ? scored.slice(0, Math.max(1, call.json.top_n)) : scored;
  const results = call.json?.return_documents ? top : top.map(({ document: _, ...rest }) => rest);
  return jsonAnswer(200, openaiHeaders(call.digest), {
    id: idFrom(call.digest, 36),
    model,
    results,
    usage: { total_tokens: countTokens(documents.join(' ')) },
  });
}
