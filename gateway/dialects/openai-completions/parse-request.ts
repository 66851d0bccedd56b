/** A legacy completion request as the canonical form. Source: platform.openai.com/docs/api-reference/completions/create. */
import type { RequestFacts } from '../canonical/adapter.ts';
import { asNumber, asRecord, asText, asTexts, defined, isRecord, nonEmpty, unknownFields } from '../canonical/json.ts';
import { createLosses, type Losses, NOT_AN_OBJECT, type Result } from '../canonical/losses.ts';
import type { CanonicalRequest } from '../canonical/request.ts';

// biome-ignore format: one name after another
const KNOWN = new Set([
  'model', 'prompt', 'suffix', 'echo', 'best_of', 'logprobs', 'logit_bias', 'stop', 'temperature', 'top_p', 'frequency_penalty',
  'presence_penalty', 'seed', 'n', 'max_tokens', 'user', 'stream', 'stream_options',
]);

export function parseRequest(body: unknown, facts: RequestFacts): Result<CanonicalRequest> {
  if (!isRecord(body)) return NOT_AN_OBJECT;
  const losses = createLosses();
  const prompt = parsePrompt(body.prompt, losses);
  losses.add(
    'renamed',
    'prompt',
    'It goes as the message of a user: a chat model answers a text, it does not go on with it.',
  );
  if (body.max_tokens === undefined || body.max_tokens === null) {
    losses.add(
      'defaulted',
      'max_tokens',
      'Completions of old end after 16 tokens unless told; the model ends by itself.',
    );
  }
  if (asNumber(body.logprobs))
    losses.add('dropped', 'logprobs', 'Chat models tell them in another form, if at all.', body.logprobs);
  if (asRecord(body.logit_bias)) losses.add('dropped', 'logit_bias', 'It names tokens of another model.');
  refuseCompletionsOnly(body, losses);
  const streamOptions = asRecord(body.stream_options);
  const request: CanonicalRequest = {
    // No provider is asked in completions of old from here; what they share with chat completions means the same there.
    from: 'openai-chat',
    model: facts.model ?? asText(body.model),
    messages: [{ role: 'user', parts: [{ type: 'text', text: prompt }], at: 'prompt' }],
    tools: [],
    stopSequences: typeof body.stop === 'string' ? [body.stop] : nonEmpty(asTexts(body.stop)),
    sampling: defined({
      temperature: asNumber(body.temperature),
      topP: asNumber(body.top_p),
      frequencyPenalty: asNumber(body.frequency_penalty),
      presencePenalty: asNumber(body.presence_penalty),
      seed: asNumber(body.seed),
      n: asNumber(body.n),
    }),
    maxTokens: asNumber(body.max_tokens),
    userId: asText(body.user),
    stream: facts.stream ?? body.stream === true,
    includeUsage: body.stream === true ? streamOptions?.include_usage === true : undefined,
    extra: unknownFields(body, KNOWN),
    onlyHere: [],
  };
  return losses.close(defined(request));
}

function parsePrompt(value: unknown, losses: Losses): string {
  if (typeof value === 'string') return value;
  const texts = asTexts(value);
  if (Array.isArray(value) && texts.length === value.length && texts.length === 1) return texts[0] as string;
  losses.refuse(
    'prompt',
    Array.isArray(value) && texts.length > 1
      ? 'Several prompts in one request cannot be asked of a chat model; send one at a time.'
      : Array.isArray(value)
        ? 'A prompt of token numbers means something to one model only; send the text.'
        : 'A completion needs its prompt as a text.',
  );
  return '';
}

/** Wishes whose loss would change what comes back. */
function refuseCompletionsOnly(body: Record<string, unknown>, losses: Losses): void {
  if (asText(body.suffix)) losses.refuse('suffix', 'Chat models cannot fill in the middle of a text.');
  if (body.echo === true) losses.refuse('echo', 'Chat models do not repeat the prompt; leave echo out.');
  if ((asNumber(body.best_of) ?? 1) > 1) {
    losses.refuse('best_of', 'Chat models give no best of several; leave best_of out.');
  }
}
