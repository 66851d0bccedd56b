/**
 * New images as OpenAI's callers ask for them. Source: platform.openai.com/docs/api-reference/images/create, and the types of
 * the `openai` package (resources/images).
 */
import type { ImageCallerSide, ImageFormat, ImageRequest } from '../canonical/images.ts';
import { asNumber, asText, defined, isRecord, unknownFields } from '../canonical/json.ts';
import { createLosses, type Losses, NOT_AN_OBJECT } from '../canonical/losses.ts';
import type { Fields } from '../canonical/request.ts';
import type { CanonicalUsage } from '../canonical/response.ts';

const KNOWN: ReadonlySet<string> = new Set([
  'model',
  'prompt',
  'n',
  'size',
  'response_format',
  'output_format',
  'background',
  'stream',
  'user',
]);

/** Wishes that say "as you like": nothing is lost with them. */
const NO_WISH: ReadonlySet<unknown> = new Set(['auto', 0, false]);

export const openaiImages: ImageCallerSide = {
  parseRequest(body) {
    if (!isRecord(body)) return NOT_AN_OBJECT;
    const losses = createLosses();
    const prompt = asText(body.prompt);
    if (!prompt) losses.refuse('prompt', 'The prompt must be a text.');
    refuseOthers(body, losses);
    for (const [name, value] of Object.entries(unknownFields(body, KNOWN) ?? {})) {
      if (!NO_WISH.has(value)) losses.add('dropped', name, 'Images have no such field elsewhere.', told(value));
    }
    if (asText(body.background) === 'opaque')
      losses.add('dropped', 'background', 'There is no field for it; images come opaque.', 'opaque');
    if (body.user !== undefined && body.user !== null) losses.add('dropped', 'user', 'There is no field for it.');
    return losses.close<ImageRequest>(
      defined({
        prompt: prompt ?? '',
        count: readCount(body.n, losses),
        size: readSize(body.size, losses),
        format: readFormat(body.output_format, losses),
      }),
    );
  },
  buildAnswer({ images, usage, said }, { format }, _model, askedAtSeconds) {
    const losses = createLosses();
    const came = formatOf(images[0]?.mediaType);
    if (format !== undefined && came !== format)
      losses.add('clamped', 'output_format', 'The provider chose the format of its image.', format, came);
    if (said !== undefined)
      losses.add('dropped', 'candidates[0].content.parts', "The model's words beside an image have no place here.");
    const wire = defined({
      created: askedAtSeconds,
      data: images.map(({ base64 }) => ({ b64_json: base64 })),
      output_format: came,
      usage: usage && buildUsage(usage),
    });
    const closed = losses.close(undefined);
    return { wire, ledger: closed.refused === undefined ? closed.ledger : [] };
  },
};

/** What only OpenAI gives, and what would be another image without it. */
function refuseOthers(body: Fields, losses: Losses) {
  if (body.response_format === 'url')
    losses.refuse(
      'response_format',
      'This provider gives the image itself, and nothing keeps it at an address: ask for b64_json.',
    );
  if (body.stream === true)
    losses.refuse('stream', 'Images that come piece by piece exist at OpenAI only: ask without stream.');
  if (body.background === 'transparent')
    losses.refuse('background', 'This provider makes no transparent images: ask for auto or opaque.');
}

function readCount(value: unknown, losses: Losses): number {
  if (value === undefined || value === null) return 1;
  const count = asNumber(value);
  if (count !== undefined && Number.isInteger(count) && count >= 1 && count <= 10) return count;
  losses.refuse('n', 'The number of images must be a whole number from 1 to 10.');
  return 1;
}

function readSize(value: unknown, losses: Losses): ImageRequest['size'] {
  if (value === undefined || value === null || value === 'auto') return undefined;
  const [, width, height] = /^([1-9]\d{1,4})x([1-9]\d{1,4})$/.exec(asText(value) ?? '') ?? [];
  if (width !== undefined && height !== undefined) return { width: Number(width), height: Number(height) };
  losses.refuse('size', 'The size must be WIDTHxHEIGHT in pixels (1024x1024), or auto.');
  return undefined;
}

function readFormat(value: unknown, losses: Losses): ImageFormat | undefined {
  if (value === undefined || value === null) return undefined;
  if (value === 'png' || value === 'jpeg' || value === 'webp') return value;
  losses.refuse('output_format', 'The format must be png, jpeg or webp.');
  return undefined;
}

function formatOf(mediaType: string | undefined): ImageFormat | undefined {
  const [, name] = /^image\/(png|jpeg|webp)$/.exec(mediaType ?? '') ?? [];
  return name as ImageFormat | undefined;
}

/** A prompt is a text, so that its tokens are text's. */
function buildUsage({ inputTokens = 0, outputTokens = 0 }: CanonicalUsage): Fields {
  return {
    input_tokens: inputTokens,
    input_tokens_details: { text_tokens: inputTokens, image_tokens: 0 },
    output_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  };
}

/** A text may be a key or a person: only words of the form's own are told. */
function told(value: unknown): unknown {
  return typeof value === 'string' && !/^[a-z_]{1,20}$/.test(value) ? undefined : value;
}
