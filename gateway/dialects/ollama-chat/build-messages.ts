/**
 * Canonical messages as Ollama's: one text each, pictures and sound beside it. Source: github.com/ollama/ollama, `Message` of
 * api/types.go and docs/api.md (*Generate a chat completion*).
 */
import { dropExtra } from '../canonical/foreign.ts';
import { defined, nonEmpty } from '../canonical/json.ts';
import type { Losses } from '../canonical/losses.ts';
import { textOfSource } from '../canonical/media.ts';
import type { CanonicalRequest, Fields, MediaPart, Message, Part, ProviderDialect } from '../canonical/request.ts';
import { argumentsObject } from '../canonical/tool-arguments.ts';

const OWN: ProviderDialect = 'ollama-chat';

export function buildMessages(request: CanonicalRequest, losses: Losses): Fields[] {
  const names = callNames(request);
  return request.messages.flatMap((message) => {
    dropExtra(message.extra, message.at, request.from, OWN, losses);
    if (message.name !== undefined)
      losses.add('dropped', `${message.at}.name`, 'Ollama’s messages carry no names.', message.name);
    for (const [index, part] of message.parts.entries()) {
      const at = `${message.at}.content[${index}]`;
      if (part.type !== 'reasoning') dropExtra(part.extra, at, request.from, OWN, losses);
      if (part.cache) losses.add('dropped', `${at}.cache_control`, 'Ollama keeps the beginnings of prompts by itself.');
    }
    return buildMessage(message, names, request, losses);
  });
}

/** Results name their tool (`tool_name`); what the caller's dialect does not say, the call before it does. */
function callNames({ messages }: CanonicalRequest): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { parts } of messages)
    for (const part of parts) if (part.type === 'tool-call') names.set(part.id, part.name);
  return names;
}

function buildMessage(
  message: Message,
  names: ReadonlyMap<string, string>,
  request: CanonicalRequest,
  losses: Losses,
): Fields[] {
  const { role, parts, at } = message;
  switch (role) {
    case 'developer':
      losses.add('renamed', `${at}.role`, 'Ollama calls developer messages system messages.', role, 'system');
      return [{ role: 'system', ...content(parts, at, request, losses) }];
    case 'system':
    case 'user':
      return [{ role, ...content(parts, at, request, losses) }];
    case 'assistant':
      return [assistant(message, request, losses)];
    case 'tool':
      return parts.map((part, index) => {
        const path = `${at}.content[${index}]`;
        if (part.type !== 'tool-result') {
          losses.refuse(path, 'A tool message holds results only.');
          return {};
        }
        const result = content(part.content, path, request, losses);
        if (part.isError === true)
          losses.add('renamed', path, 'Ollama has no mark for a failed call; its text says so.');
        return defined({
          role: 'tool',
          ...result,
          ...(part.isError === true ? { content: `Error: ${result.content}` } : {}),
          tool_name: part.name ?? names.get(part.callId),
          tool_call_id: part.callId,
        });
      });
  }
}

interface Content {
  readonly content: string;
  readonly images?: readonly string[];
}

/** Ollama puts what stands in `images` before the text (server/prompt.go, `imageTaggedMessages`). */
function content(parts: readonly Part[], at: string, request: CanonicalRequest, losses: Losses): Content {
  const texts: string[] = [];
  const images: string[] = [];
  for (const [index, part] of parts.entries()) {
    const path = `${at}.content[${index}]`;
    switch (part.type) {
      case 'text':
        texts.push(part.text);
        break;
      case 'image':
      case 'audio': {
        if (texts.some((text) => text !== ''))
          losses.add('reordered', path, 'Ollama takes pictures and sound before the text of their message.');
        images.push(mediaData(part, path, request, losses));
        break;
      }
      case 'document':
        texts.push(documentText(part, path, losses));
        break;
      default:
        losses.refuse(
          path,
          `Ollama's messages hold text, pictures and sound; this one holds ${part.type === 'opaque' ? part.name : part.type}.`,
        );
    }
  }
  return { content: texts.join('\n'), ...(images.length > 0 ? { images } : {}) };
}

/** Base64 and nothing before it; what it is, Ollama sees by its first bytes (sound too: `input_audio` of openai/openai.go). */
function mediaData(part: MediaPart, at: string, request: CanonicalRequest, losses: Losses): string {
  const { source, detail } = part;
  if (detail !== undefined && detail !== 'auto')
    losses.add('dropped', `${at}.detail`, 'Ollama reads a picture as it is.', detail);
  if (source.kind === 'base64') return source.data;
  if (source.kind === 'url') losses.refuse(at, 'Ollama reads no addresses of pictures; send the data itself.');
  else losses.refuse(at, `This is a file in the storage of ${request.from}'s provider; send its data instead.`);
  return '';
}

function documentText({ source, title }: MediaPart, at: string, losses: Losses): string {
  const text = textOfSource(source);
  if (text === undefined) {
    losses.refuse(at, 'Ollama takes documents as text only.');
    return '';
  }
  losses.add('renamed', at, 'The document stands as text in the message.');
  return title === undefined ? text : `${title}\n\n${text}`;
}

function assistant({ parts, at }: Message, request: CanonicalRequest, losses: Losses): Fields {
  const said: Part[] = [];
  const calls: Fields[] = [];
  let thinking = '';
  const firstCall = parts.findIndex((part) => part.type === 'tool-call');
  if (firstCall !== -1 && parts.slice(firstCall).some((part) => part.type === 'text'))
    losses.add('reordered', at, 'Text stands before the tool calls of a message.');
  for (const [index, part] of parts.entries()) {
    const path = `${at}.content[${index}]`;
    switch (part.type) {
      case 'text':
        if (part.citations?.length)
          losses.add('dropped', `${path}.citations`, 'Citations are not told to the model again.');
        said.push(part);
        break;
      case 'refusal':
        said.push({ type: 'text', text: part.text });
        break;
      case 'reasoning':
        // Thinking that Ollama's OpenAI form gave in an earlier turn bears no sign of whose it is.
        if (part.from === OWN || (part.from === 'openai-chat' && part.signature === undefined)) thinking += part.text;
        else losses.add('dropped', path, `Ollama takes no thinking of another provider (${part.from}).`);
        break;
      case 'tool-call':
        calls.push({ id: part.id, function: { name: part.name, arguments: argumentsObject(part, path, losses) } });
        break;
      default:
        said.push(part);
    }
  }
  return defined({
    role: 'assistant',
    thinking: thinking === '' ? undefined : thinking,
    ...content(said, at, request, losses),
    tool_calls: nonEmpty(calls),
  });
}
