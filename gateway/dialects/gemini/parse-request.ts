/** A `generateContent` request as the canonical form. Source: ai.google.dev/api/generate-content. */
import type { RequestFacts } from '../canonical/adapter.ts';
import {
  asNumber,
  asRecord,
  asRecords,
  asText,
  asTexts,
  defined,
  isRecord,
  nonEmpty,
  unknownFields,
} from '../canonical/json.ts';
import { createLosses, type Losses, NOT_AN_OBJECT, type Result } from '../canonical/losses.ts';
import type { CanonicalRequest, Fields, Message, OnlyHere } from '../canonical/request.ts';
import { bothSpellings, member } from './member.ts';
import {
  parseChoice,
  parseFormat,
  parseSampling,
  parseThinking,
  parseTools,
  restOfToolConfig,
} from './parse-config.ts';
import { type CallIds, createCallIds, parsePart } from './parse-parts.ts';

const KNOWN = bothSpellings([
  'contents',
  'systemInstruction',
  'generationConfig',
  'tools',
  'toolConfig',
  'model',
  'serviceTier',
]);
// biome-ignore format: one name after another
const KNOWN_CONFIG = bothSpellings([
  'temperature', 'topP', 'topK', 'frequencyPenalty', 'presencePenalty', 'seed', 'candidateCount', 'responseLogprobs',
  'logprobs', 'stopSequences', 'maxOutputTokens', 'responseMimeType', 'responseSchema', 'responseJsonSchema',
  'thinkingConfig',
]);

/** Model and the wish for a stream stand in the path, hence `facts`. */
export function parseRequest(body: unknown, facts: RequestFacts): Result<CanonicalRequest> {
  if (!isRecord(body)) return NOT_AN_OBJECT;
  const losses = createLosses();
  const config = asRecord(member(body, 'generationConfig'));
  const toolConfig = asRecord(member(body, 'toolConfig'));
  const request: CanonicalRequest = {
    from: 'gemini-generate',
    model: facts.model ?? asText(body.model)?.replace(/^models\//, ''),
    messages: parseMessages(body, losses),
    tools: parseTools(body.tools),
    toolChoice: parseChoice(toolConfig),
    responseFormat: parseFormat(config),
    stopSequences: nonEmpty(asTexts(member(config, 'stopSequences'))),
    sampling: parseSampling(config),
    maxTokens: asNumber(member(config, 'maxOutputTokens')),
    reasoning: parseThinking(config),
    serviceTier: asText(member(body, 'serviceTier')),
    stream: facts.stream === true,
    extra: collectExtra(body, config, toolConfig),
    onlyHere: findOnlyHere(body, config),
  };
  return losses.close(defined(request));
}

function collectExtra(
  body: Fields,
  config: Fields | undefined,
  toolConfig: Record<string, unknown> | undefined,
): Fields | undefined {
  const extra = defined({
    ...unknownFields(body, KNOWN),
    generationConfig: config && unknownFields(config, KNOWN_CONFIG),
    toolConfig: restOfToolConfig(toolConfig),
  });
  return Object.keys(extra).length === 0 ? undefined : extra;
}

function parseMessages(body: Record<string, unknown>, losses: Losses): Message[] {
  const ids = createCallIds('');
  const instruction = member(body, 'systemInstruction');
  const parts = typeof instruction === 'string' ? [{ text: instruction }] : asRecords(asRecord(instruction)?.parts);
  const system: Message[] =
    parts.length > 0
      ? [{ role: 'system', parts: parts.flatMap((part) => parsePart(part, ids)), at: 'systemInstruction' }]
      : [];
  // The SDKs' short forms reach the wire too: a single content, a text.
  const contents = Array.isArray(body.contents) ? body.contents : body.contents === undefined ? [] : [body.contents];
  if (contents.length === 0) losses.refuse('contents', 'contents must hold at least one content.');
  const messages = contents.flatMap((content: unknown, index) =>
    parseContent(content, `contents[${index}]`, ids, losses),
  );
  return [...system, ...messages];
}

function parseContent(content: unknown, at: string, ids: CallIds, losses: Losses): Message[] {
  if (!isRecord(content) || !Array.isArray(content.parts)) {
    losses.refuse(`${at}.parts`, `${at} must be an object with a list of parts.`);
    return [];
  }
  const role = asText(content.role) ?? 'user';
  if (role !== 'user' && role !== 'model' && role !== 'function' && role !== 'system') {
    losses.refuse(`${at}.role`, `${role} is no role; use user or model.`);
    return [];
  }
  const messages: { role: Message['role']; parts: Message['parts'][number][]; at: string }[] = [];
  for (const part of asRecords(content.parts).flatMap((item) => parsePart(item, ids))) {
    const kind =
      part.type === 'tool-result' ? 'tool' : role === 'model' ? 'assistant' : role === 'system' ? 'system' : 'user';
    const last = messages[messages.length - 1];
    if (last?.role === kind) last.parts.push(part);
    else messages.push({ role: kind, parts: [part], at });
  }
  return messages;
}

function findOnlyHere(body: Record<string, unknown>, config: Record<string, unknown> | undefined): OnlyHere[] {
  const found: OnlyHere[] = [];
  if (member(body, 'cachedContent') !== undefined) {
    found.push({ param: 'cachedContent', why: 'The cached content is kept by Google; send the content itself.' });
  }
  const modalities = asTexts(member(config, 'responseModalities')).filter((kind) => kind.toUpperCase() !== 'TEXT');
  if (modalities.length > 0) {
    found.push({
      param: 'generationConfig.responseModalities',
      why: `Only Gemini answers with ${modalities.join(' and ').toLowerCase()} here; ask others at /v1/images/generations or /v1/audio/speech.`,
    });
  }
  if (asText(member(config, 'responseMimeType')) === 'text/x.enum') {
    found.push({
      param: 'generationConfig.responseMimeType',
      why: 'Answers from a list of words exist in Gemini only.',
    });
  }
  return found;
}
