/**
 * A provider's failed answer on its way to a caller of some dialect. Keeps the provider's words: a JSON error already in
 * the caller's dialect only gets the `keyward` member added; another dialect's is re-enveloped with its message; what is
 * no JSON (HTML, text, nothing) is wrapped. Pure.
 */
import type { Family } from '../exchange.ts';
import { buildErrorBody, type KeywardMember } from './error-body.ts';

interface Found {
  readonly message: string;
  readonly type?: string;
  readonly code?: string;
}

/**
 * `body` is the provider's answer as text (content coding undone), `providerName` names it in the sentence for a body
 * without words.
 */
export function wrapUpstreamError(
  family: Family,
  status: number,
  body: string,
  providerName: string,
  keyward: KeywardMember,
): string {
  const parsed = parseJson(body);
  const own = parsed === undefined ? undefined : addToOwnEnvelope(family, parsed, keyward);
  if (own !== undefined) return own;
  const found = parsed === undefined ? undefined : findMessage(parsed);
  return buildErrorBody(family, {
    status,
    message: found?.message ?? plainMessage(status, body, providerName),
    type: family === 'openai' || family === 'raw' ? found?.type : undefined,
    code: found?.code,
    keyward,
  });
}

function parseJson(text: string): unknown {
  const trimmed = text.trimStart();
  if (trimmed[0] !== '{' && trimmed[0] !== '[') return undefined;
  try {
    return JSON.parse(trimmed);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True shapes: OpenAI `{error:{message}}`; Anthropic `{type:"error",error:{type,message}}`; Gemini `{error:{code,message,status}}`, sometimes in an array. */
function addToOwnEnvelope(family: Family, value: unknown, keyward: KeywardMember): string | undefined {
  if (family === 'gemini' && Array.isArray(value) && value.length > 0) {
    const first = addToOwnEnvelope(family, value[0], keyward);
    return first === undefined ? undefined : JSON.stringify([JSON.parse(first), ...value.slice(1)]);
  }
  if (!isRecord(value) || !isRecord(value.error)) return undefined;
  const error = value.error;
  if (typeof error.message !== 'string') return undefined;
  const anthropicShape = value.type === 'error' && typeof error.type === 'string';
  const geminiShape = typeof error.code === 'number' && typeof error.status === 'string';
  const matches =
    family === 'anthropic' ? anthropicShape : family === 'gemini' ? geminiShape : !anthropicShape && !geminiShape;
  if (!matches) return undefined;
  return JSON.stringify({ ...value, error: { ...error, keyward } });
}

const MESSAGE_KEYS = ['message', 'msg', 'detail', 'error_description', 'error_msg', 'errorMessage', 'title'] as const;

/** The first human sentence in a foreign error value, looked for where providers put it. */
function findMessage(value: unknown, depth = 0): Found | undefined {
  if (depth > 4) return undefined;
  if (Array.isArray(value)) {
    for (const item of value.slice(0, 4)) {
      const found = findMessage(item, depth + 1);
      if (found) return found;
    }
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  if (isRecord(value.error) || Array.isArray(value.error)) {
    const inner = findMessage(value.error, depth + 1);
    if (inner) return inner;
  }
  for (const key of MESSAGE_KEYS) {
    const text = value[key];
    if (typeof text === 'string' && text !== '') {
      return { message: text, type: stringOf(value.type), code: stringOf(value.code) ?? stringOf(value.status) };
    }
    if (typeof text === 'object' && text !== null) {
      const inner = findMessage(text, depth + 1);
      if (inner) return inner;
    }
  }
  return typeof value.error === 'string' && value.error !== '' ? { message: value.error } : undefined;
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function plainMessage(status: number, body: string, providerName: string): string {
  const text = body.trim();
  if (text === '') return `${providerName} answered with status ${status} and an empty body.`;
  if (/^<(?:!doctype|html|\?xml)/i.test(text)) {
    const title = /<title[^>]*>([^<]{1,200})</i.exec(text)?.[1]?.trim();
    return `${providerName}'s address answered with a web page instead of JSON (status ${status}${title ? `, "${title}"` : ''}).`;
  }
  return text.length > 500 ? `${text.slice(0, 500)}…` : text;
}
