/**
 * A recording to be written down, as OpenAI's callers upload it. Source:
 * platform.openai.com/docs/api-reference/audio/createTranscription, and the types of the `openai` package.
 */
import { defined } from '../canonical/json.ts';
import { createLosses, type Losses } from '../canonical/losses.ts';
import type { Fields } from '../canonical/request.ts';
import type { CanonicalUsage } from '../canonical/response.ts';
import type { TranscriptionCallerSide, TranscriptionRequest, UploadForm } from '../canonical/transcription.ts';

const KNOWN: ReadonlySet<string> = new Set(['model', 'language', 'response_format', 'stream']);

export const openaiTranscription: TranscriptionCallerSide = {
  parseRequest(body) {
    const { fields, files } = body as UploadForm;
    const losses = createLosses();
    const first = (name: string) => fields.find((field) => field.name === name)?.value;
    if (first('stream') === 'true')
      losses.refuse('stream', 'A transcript that comes piece by piece exists at OpenAI only: ask without stream.');
    for (const { name, value } of fields) {
      // What is most likely anyway is no wish.
      if (KNOWN.has(name) || (name === 'temperature' && Number(value) === 0)) continue;
      losses.add('dropped', name, 'Transcription has no such field elsewhere.');
    }
    return losses.close<TranscriptionRequest>(
      defined({
        recording: readRecording(files, losses),
        language: first('language') || undefined,
        format: readFormat(first('response_format'), losses),
      }),
    );
  },
  buildAnswer({ text, usage }, { format }) {
    if (format === 'text')
      return { bytes: Buffer.from(`${text}\n`, 'utf8'), contentType: 'text/plain; charset=utf-8', ledger: [] };
    return { wire: defined({ text, usage: usage && buildUsage(usage) }), ledger: [] };
  },
};

function readRecording(files: UploadForm['files'], losses: Losses): TranscriptionRequest['recording'] {
  const found = files.filter(({ name }) => name === 'file');
  const [file] = found;
  if (!file || found.length > 1 || file.bytes.length === 0) {
    losses.refuse('file', 'The upload must have one "file" with the recording in it.');
    return { mediaType: '', bytes: Buffer.alloc(0) };
  }
  const mediaType = mediaTypeOf(file.mediaType, file.filename);
  if (mediaType === undefined)
    losses.refuse(
      'file',
      'Nothing tells what kind of recording this is: give the file a name that ends in .wav, .mp3 …',
    );
  return { mediaType: mediaType ?? '', bytes: file.bytes };
}

const TYPES_BY_ENDING: Readonly<Record<string, string>> = {
  flac: 'audio/flac',
  m4a: 'audio/m4a',
  mp3: 'audio/mp3',
  mp4: 'audio/m4a',
  mpeg: 'audio/mp3',
  mpga: 'audio/mp3',
  ogg: 'audio/ogg',
  wav: 'audio/wav',
  webm: 'audio/webm',
};

/** Other names of the same, as clients guess them from a file's ending. */
const SAME_TYPE: Readonly<Record<string, string>> = {
  'audio/x-wav': 'audio/wav',
  'audio/wave': 'audio/wav',
  'audio/vnd.wave': 'audio/wav',
  'audio/x-m4a': 'audio/m4a',
  'audio/mp4': 'audio/m4a',
  'video/mp4': 'audio/m4a',
  'video/webm': 'audio/webm',
  'audio/x-flac': 'audio/flac',
};

function mediaTypeOf(told: string | undefined, filename: string): string | undefined {
  const type = told?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (Object.hasOwn(SAME_TYPE, type)) return SAME_TYPE[type];
  if (/^audio\/[\w.+-]+$/.test(type)) return type;
  const ending = /\.([a-z0-9]{2,4})$/i.exec(filename)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(TYPES_BY_ENDING, ending) ? TYPES_BY_ENDING[ending] : undefined;
}

function readFormat(value: string | undefined, losses: Losses): TranscriptionRequest['format'] {
  if (value === undefined || value === 'json' || value === 'text') return value ?? 'json';
  losses.refuse('response_format', 'This provider gives the text alone, without times: ask for json or text.');
  return 'json';
}

function buildUsage({ inputTokens = 0, outputTokens = 0 }: CanonicalUsage): Fields {
  return {
    type: 'tokens',
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  };
}
