/** Canonical messages as input items. Source: platform.openai.com/docs/api-reference/responses/create (`input`). */
import { dropExtra } from '../canonical/foreign.ts';
import { defined } from '../canonical/json.ts';
import type { Losses } from '../canonical/losses.ts';
import { dataUrl } from '../canonical/media.ts';
import type {
  CanonicalRequest,
  Fields,
  MediaPart,
  Message,
  Part,
  ReasoningPart,
  ToolResultPart,
  TranslatedDialect,
} from '../canonical/request.ts';

const OWN: TranslatedDialect = 'openai-responses';

interface Building {
  readonly from: TranslatedDialect;
  readonly losses: Losses;
}

export interface Input {
  readonly instructions?: string;
  readonly input: Fields[];
}

/** A first system message of plain text is `instructions`; everything else are items. */
export function buildInput(request: CanonicalRequest, losses: Losses): Input {
  const building = { from: request.from, losses };
  const [first, ...others] = request.messages;
  const plain =
    first?.role === 'system' &&
    first.extra === undefined &&
    first.parts.every((part) => part.type === 'text' && (!part.cache || !sameStorage(request.from)));
  const inInstructions = plain && (request.from !== OWN || first.at === 'instructions') && others.length > 0;
  if (!inInstructions) return { input: request.messages.flatMap((message) => buildMessage(message, building)) };
  for (const [index, part] of first.parts.entries()) cacheMark(part, `${first.at}.content[${index}]`, building);
  return {
    instructions: first.parts.map((part) => (part.type === 'text' ? part.text : '')).join('\n\n'),
    input: others.flatMap((message) => buildMessage(message, building)),
  };
}

function buildMessage(message: Message, building: Building): Fields[] {
  const { from, losses } = building;
  const rest = dropExtra(message.extra, message.at, from, OWN, losses) ?? {};
  if (message.name !== undefined) losses.add('dropped', `${message.at}.name`, 'Items carry no names.', message.name);
  if (message.role === 'tool') {
    return message.parts.flatMap((part) =>
      part.type === 'tool-result' ? [buildResult(part, message.at, building)] : [],
    );
  }
  const items: Fields[] = [];
  let content: Fields[] = [];
  const flush = () => {
    if (content.length > 0) items.push({ type: 'message', role: message.role, content, ...rest });
    content = [];
  };
  for (const [index, part] of message.parts.entries()) {
    const at = `${message.at}.content[${index}]`;
    const item = buildOwnItem(part, at, building);
    if (item === undefined) content.push(...buildContent(part, message.role === 'assistant', at, building));
    else {
      flush();
      items.push(...item);
    }
  }
  flush();
  return items;
}

/** Parts that are items themselves; undefined for what is content of a message. */
function buildOwnItem(part: Part, at: string, { from, losses }: Building): Fields[] | undefined {
  switch (part.type) {
    case 'tool-call': {
      const rest = dropExtra(part.extra, at, from, OWN, losses);
      if (part.cache) losses.add('dropped', `${at}.cache_control`, 'OpenAI keeps the beginnings of prompts by itself.');
      return [
        part.kind === 'custom'
          ? { type: 'custom_tool_call', call_id: part.id, name: part.name, input: part.argumentsText, ...rest }
          : {
              type: 'function_call',
              call_id: part.id,
              name: part.name,
              arguments: part.argumentsText || '{}',
              ...rest,
            },
      ];
    }
    case 'reasoning':
      if (part.from === OWN) return [buildReasoning(part, part.signature)];
      losses.add('dropped', at, `OpenAI accepts no thinking of another provider (${part.from}).`);
      return [];
    case 'opaque':
      if (part.from === OWN) return [part.value];
      losses.refuse(at, `Only ${part.from} can read ${part.name}.`);
      return [];
    default:
      return undefined;
  }
}

/** A reasoning item; `encrypted` is what the client hands back. */
export function buildReasoning(part: ReasoningPart, encrypted: string | undefined, id = part.id): Fields {
  const inContent = part.extra?.content !== undefined;
  const summary = part.text === '' || inContent ? [] : [{ type: 'summary_text', text: part.text }];
  return defined({ type: 'reasoning', id, summary, ...part.extra, encrypted_content: encrypted });
}

/** One part as content. */
function buildContent(part: Part, said: boolean, at: string, building: Building): Fields[] {
  const { from, losses } = building;
  const rest = { ...dropExtra(part.extra, at, from, OWN, losses), ...cacheMark(part, at, building) };
  switch (part.type) {
    case 'text': {
      const own = part.citations?.filter((citation) => citation.from === OWN).map((citation) => citation.value) ?? [];
      if (own.length < (part.citations?.length ?? 0)) {
        losses.add('dropped', `${at}.citations`, 'Citations of another provider have no place in items.');
      }
      return [
        said
          ? { type: 'output_text', text: part.text, annotations: own, ...rest }
          : { type: 'input_text', text: part.text, ...rest },
      ];
    }
    case 'refusal':
      return [{ type: 'refusal', refusal: part.text, ...rest }];
    case 'image':
      return [{ type: 'input_image', ...imageSource(part, at, building), detail: part.detail ?? 'auto', ...rest }];
    case 'document':
      return [{ ...buildFile(part, at, building), ...rest }];
    case 'audio': {
      losses.refuse(at, 'The Responses API takes no audio.');
      return [];
    }
    default:
      losses.refuse(at, `A message cannot hold ${part.type} here.`);
      return [];
  }
}

function cacheMark(part: Part, at: string, { from, losses }: Building): Fields {
  if (!part.cache) return {};
  if (from === OWN || from === 'openai-chat') return { prompt_cache_breakpoint: { mode: 'explicit' } };
  losses.add('dropped', `${at}.cache_control`, 'OpenAI keeps the beginnings of prompts by itself.');
  return {};
}

function imageSource(part: MediaPart, at: string, { from, losses }: Building): Fields {
  const { source } = part;
  if (source.kind === 'url') return { image_url: source.url };
  if (source.kind === 'base64') return { image_url: dataUrl(source) };
  if (source.kind === 'file' && sameStorage(from)) return { file_id: source.id };
  losses.refuse(at, `This image is a file in the storage of ${from}'s provider; send its data instead.`);
  return {};
}

/** Both of OpenAI's dialects read the same files. */
function sameStorage(from: TranslatedDialect): boolean {
  return from === OWN || from === 'openai-chat';
}

function buildFile(part: MediaPart, at: string, { from, losses }: Building): Fields {
  const { source, title } = part;
  if (part.context !== undefined) losses.add('dropped', `${at}.context`, 'Items have no field for it.');
  if (part.citable) losses.add('dropped', `${at}.citations`, 'OpenAI does not cite files that are sent.');
  switch (source.kind) {
    case 'base64':
      return { type: 'input_file', filename: title ?? 'document.pdf', file_data: dataUrl(source) };
    case 'url':
      return { type: 'input_file', file_url: source.url };
    case 'text':
      losses.add('renamed', at, 'The text document is sent as text.');
      return { type: 'input_text', text: title === undefined ? source.text : `${title}\n\n${source.text}` };
    case 'file':
      if (sameStorage(from)) return { type: 'input_file', file_id: source.id };
      losses.refuse(at, `This document is a file in the storage of ${from}'s provider; send its data instead.`);
      return {};
  }
}

function buildResult(part: ToolResultPart, at: string, building: Building): Fields {
  const { from, losses } = building;
  if (part.cache) losses.add('dropped', `${at}.cache_control`, 'OpenAI keeps the beginnings of prompts by itself.');
  const flagged = part.isError === true && from !== OWN;
  if (flagged) losses.add('renamed', `${at}.is_error`, 'Outputs have no error flag; the text says so.');
  const parts: readonly Part[] = flagged ? [{ type: 'text', text: 'Error:' }, ...part.content] : part.content;
  const texts = parts.filter((item) => item.type === 'text');
  const plain = texts.length === parts.length && texts.every((item) => !item.cache && !item.extra);
  const output =
    plain && (texts.length < 2 || from !== OWN)
      ? texts.map((item) => item.text).join(flagged ? ' ' : '\n\n')
      : parts.flatMap((item, index) => buildContent(item, false, `${at}.output[${index}]`, building));
  return {
    type: part.kind === 'custom' ? 'custom_tool_call_output' : 'function_call_output',
    call_id: part.callId,
    output,
  };
}
