/** The canonical form as a `generateContent` request; the model stands in the path. Source: ai.google.dev/api/generate-content. */
import type { TargetFacts } from '../canonical/adapter.ts';
import { usableTools } from '../canonical/builtin-tools.ts';
import { checkForeign, checkTarget, dropExtra } from '../canonical/foreign.ts';
import { defined } from '../canonical/json.ts';
import { createLosses, type Losses, type Result } from '../canonical/losses.ts';
import type { CanonicalRequest, Fields, TranslatedDialect } from '../canonical/request.ts';
import { buildConfig, buildToolConfig, buildTools } from './build-config.ts';
import { type Building, buildParts } from './build-parts.ts';

const OWN: TranslatedDialect = 'gemini-generate';

export function buildRequest(request: CanonicalRequest, target: TargetFacts): Result<Fields> {
  const losses = createLosses();
  const own = request.from === OWN;
  checkForeign(request, OWN, losses);
  checkTarget(request, target, losses);
  if (!own) {
    // Who it is stays untold.
    if (request.userId !== undefined) losses.add('dropped', 'user', 'Gemini has no such field.');
    for (const [name, value] of [
      ['verbosity', request.verbosity],
      ['service_tier', request.serviceTier],
    ] as const) {
      if (value !== undefined && value !== 'auto') losses.add('dropped', name, 'Gemini has no such field.', value);
    }
    dropExtra(request.metadata, 'metadata', request.from, OWN, losses);
  }
  const { systemInstruction, contents } = buildContents(request, target, losses);
  const { generationConfig: _, toolConfig: __, ...rest } = own ? (request.extra ?? {}) : {};
  const wire = defined({
    contents,
    systemInstruction,
    tools: buildTools(usableTools(request, OWN, losses), request, losses),
    toolConfig: buildToolConfig(request, losses),
    generationConfig: buildConfig(request, target, losses),
    serviceTier: own ? request.serviceTier : undefined,
    ...rest,
  });
  return losses.close<Fields>(wire);
}

interface Turn {
  readonly role: 'user' | 'model';
  readonly parts: Fields[];
}

function buildContents(
  request: CanonicalRequest,
  target: TargetFacts,
  losses: Losses,
): { systemInstruction?: Fields; contents: Turn[] } {
  const building: Building = { from: request.from, losses, answer: false };
  const system: Fields[] = [];
  const contents: Turn[] = [];
  for (const message of request.messages) {
    const parts = buildParts(message.parts, message.at, building);
    dropExtra(message.extra, message.at, request.from, OWN, losses);
    if (message.name !== undefined)
      losses.add('dropped', `${message.at}.name`, 'Contents carry no names.', message.name);
    if (message.role === 'system' || message.role === 'developer') {
      if (contents.length > 0) losses.add('reordered', message.at, 'Instructions stand before the conversation.');
      if (message.role === 'developer')
        losses.add(
          'renamed',
          `${message.at}.role`,
          'Developer messages are part of the system instruction.',
          'developer',
          'system',
        );
      system.push(...parts);
      continue;
    }
    if (parts.length === 0) {
      losses.add('dropped', message.at, 'Nothing is left in it that could be sent.');
      continue;
    }
    const role = message.role === 'assistant' ? 'model' : 'user';
    const last = contents[contents.length - 1];
    const signed = role === 'model' ? signCalls(parts, target, message.at, losses) : parts;
    if (last?.role === role) last.parts.push(...signed);
    else contents.push({ role, parts: signed });
  }
  if (contents.length === 0 && system.length > 0) {
    losses.add('renamed', 'system', 'A request needs a user message; the instructions are sent as one.');
    contents.push({ role: 'user', parts: system.splice(0) });
  }
  return { ...(system.length > 0 ? { systemInstruction: { parts: system } } : {}), contents };
}

/**
 * Gemini 3 refuses function calls of the running turn whose first lacks its signature. For calls that another model
 * made, or whose signature the client lost, Google names a value that skips the check
 * (ai.google.dev/gemini-api/docs/thought-signatures, FAQ).
 */
function signCalls(parts: Fields[], target: TargetFacts, at: string, losses: Losses): Fields[] {
  if (!/(?:^|\/)gemini-(?:[3-9]|\d\d)/.test(target.model)) return parts;
  const first = parts.findIndex((part) => 'functionCall' in part);
  const part = parts[first];
  if (part === undefined || 'thoughtSignature' in part) return parts;
  losses.add(
    'defaulted',
    `${at}.thoughtSignature`,
    'No signature came with this call; Gemini is asked not to look for one.',
  );
  return parts.with(first, { ...part, thoughtSignature: 'skip_thought_signature_validator' });
}
