/** Canonical messages as Cohere's. Source: docs.cohere.com/reference/chat (`messages`), docs.cohere.com/docs/image-inputs. */
import { dropExtra } from '../canonical/foreign.ts';
import { defined } from '../canonical/json.ts';
import type { Losses } from '../canonical/losses.ts';
import { dataUrl, textOfSource } from '../canonical/media.ts';
import type {
  CanonicalRequest,
  Fields,
  MediaPart,
  Message,
  Part,
  ProviderDialect,
  TextPart,
} from '../canonical/request.ts';

const OWN: ProviderDialect = 'cohere-v2';

export function buildMessages(request: CanonicalRequest, losses: Losses): Fields[] {
  return request.messages.flatMap((message) => {
    dropExtra(message.extra, message.at, request.from, OWN, losses);
    if (message.name !== undefined)
      losses.add('dropped', `${message.at}.name`, 'Cohere messages carry no names.', message.name);
    for (const [index, part] of message.parts.entries()) {
      const at = `${message.at}.content[${index}]`;
      if (part.type !== 'reasoning') dropExtra(part.extra, at, request.from, OWN, losses);
      if (part.cache) losses.add('dropped', `${at}.cache_control`, 'Cohere keeps the beginnings of prompts by itself.');
    }
    return buildMessage(message, request, losses);
  });
}

function buildMessage(message: Message, request: CanonicalRequest, losses: Losses): Fields[] {
  const { role, parts, at } = message;
  switch (role) {
    case 'developer':
    case 'system': {
      if (role === 'developer')
        losses.add('renamed', `${at}.role`, 'Cohere calls developer messages system messages.', 'developer', 'system');
      return [{ role: 'system', content: onlyText(parts, at, 'A system message', losses) }];
    }
    case 'user':
      return [{ role: 'user', content: userContent(parts, at, request, losses) }];
    case 'assistant':
      return [assistant(message, losses)];
    case 'tool':
      return parts.map((part, index) => {
        const path = `${at}.content[${index}]`;
        if (part.type !== 'tool-result') {
          losses.refuse(path, 'A tool message holds results only.');
          return {};
        }
        const text = onlyText(part.content, path, 'A tool result', losses);
        if (part.isError === true)
          losses.add('renamed', path, 'Cohere has no mark for a failed call; its text says so.');
        return { role: 'tool', tool_call_id: part.callId, content: part.isError === true ? `Error: ${text}` : text };
      });
  }
}

function onlyText(parts: readonly Part[], at: string, what: string, losses: Losses): string {
  return parts
    .map((part) => {
      if (part.type === 'text') return part.text;
      losses.refuse(
        at,
        `${what} of Cohere's holds text only; this one holds ${part.type === 'opaque' ? part.name : part.type}.`,
      );
      return '';
    })
    .join('\n');
}

function userContent(parts: readonly Part[], at: string, request: CanonicalRequest, losses: Losses): string | Fields[] {
  const content = parts.flatMap((part, index): Fields[] => {
    const path = `${at}.content[${index}]`;
    switch (part.type) {
      case 'text':
        return part.text === '' ? [] : [{ type: 'text', text: part.text }];
      case 'image':
        return [{ type: 'image_url', image_url: imageUrl(part, path, request, losses) }];
      case 'document':
        return documentText(part, path, losses);
      default:
        losses.refuse(
          path,
          `Cohere's user messages hold text and images; this one holds ${part.type === 'opaque' ? part.name : part.type}.`,
        );
        return [];
    }
  });
  return content.every(({ type }) => type === 'text') ? content.map(({ text }) => text).join('\n') : content;
}

function imageUrl(part: MediaPart, at: string, request: CanonicalRequest, losses: Losses): Fields {
  const { source, detail } = part;
  if (source.kind === 'url') return defined({ url: source.url, detail });
  if (source.kind === 'base64') return defined({ url: dataUrl(source), detail });
  losses.refuse(at, `This image is a file in the storage of ${request.from}'s provider; send its data instead.`);
  return {};
}

/** Cohere's own `documents` are for citing from; a file among the words is a text, or cannot go along. */
function documentText(part: MediaPart, at: string, losses: Losses): Fields[] {
  const { source, title } = part;
  const text = textOfSource(source);
  if (text === undefined) {
    losses.refuse(at, 'Cohere takes documents as text only.');
    return [];
  }
  losses.add('renamed', at, 'The document stands as text in the message.');
  return [{ type: 'text', text: title === undefined ? text : `${title}\n\n${text}` }];
}

function assistant({ parts, at }: Message, losses: Losses): Fields {
  const content: Fields[] = [];
  const calls: Fields[] = [];
  for (const [index, part] of parts.entries()) {
    const path = `${at}.content[${index}]`;
    switch (part.type) {
      case 'text':
      case 'refusal':
        if (part.type === 'text') noteCitations(part, path, losses);
        if (part.text !== '') content.push({ type: 'text', text: part.text });
        break;
      case 'reasoning':
        if (part.from !== OWN)
          losses.add('dropped', path, `Cohere takes no thinking of another provider (${part.from}).`);
        else if (part.text !== '') content.push({ type: 'thinking', thinking: part.text });
        break;
      case 'tool-call':
        calls.push({
          id: part.id,
          type: 'function',
          function: { name: part.name, arguments: argumentsText(part.argumentsText, part.kind) },
        });
        break;
      default:
        losses.refuse(
          path,
          `Cohere's assistant messages cannot hold ${part.type === 'opaque' ? part.name : part.type}.`,
        );
    }
  }
  // With calls the words before them are the plan: Cohere's models write nothing else there.
  const texts = calls.length > 0 ? content.filter(({ type }) => type === 'text') : [];
  const said = texts.length > 0 ? content.filter(({ type }) => type !== 'text') : content;
  return defined({
    role: 'assistant',
    content: said.length > 0 ? said : undefined,
    tool_plan: texts.length > 0 ? texts.map(({ text }) => text).join('\n') : undefined,
    tool_calls: calls.length > 0 ? calls : undefined,
  });
}

function argumentsText(text: string, kind: 'function' | 'custom'): string {
  if (kind === 'custom') return JSON.stringify({ input: text });
  return text.trim() === '' ? '{}' : text;
}

function noteCitations(part: TextPart, at: string, losses: Losses): void {
  if (part.citations?.length) losses.add('dropped', `${at}.citations`, 'Citations are not told to the model again.');
}
