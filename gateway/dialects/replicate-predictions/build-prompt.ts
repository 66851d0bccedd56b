/**
 * A conversation as the inputs of a model on Replicate: as messages where it takes them; one question as its prompt; several
 * turns as one prompt in which each is named. Pure but for the ledger.
 */
import { dropExtra } from '../canonical/foreign.ts';
import type { Losses } from '../canonical/losses.ts';
import { dataUrl, textOfSource } from '../canonical/media.ts';
import type { CanonicalRequest, Fields, Message, Part } from '../canonical/request.ts';
import type { InputFields } from './input-fields.ts';

export function buildPrompt(request: CanonicalRequest, fields: InputFields, losses: Losses): Fields {
  for (const message of request.messages) noteMessage(message, request, losses);
  const instructions = request.messages.filter(isInstruction);
  const turns = request.messages.filter((message) => !isInstruction(message));
  const images = turns.flatMap((message) => imagesOf(message, losses));
  const system = instructions.map((message) => textOf(message, losses)).join('\n\n');
  const shown = buildImages(images, turns, fields, losses);
  const [only] = turns;
  const single = turns.length === 1 && only?.role === 'user';
  if (fields.messages !== undefined && (!single || fields.system === undefined)) {
    return { [fields.messages]: chatMessages(system, turns, losses), ...shown };
  }
  const prompt = single ? textOf(only, losses) : transcript(turns, losses);
  if (system === '') return { prompt, ...shown };
  if (fields.system !== undefined) return { prompt, [fields.system]: system, ...shown };
  losses.add('reordered', 'system', 'This model takes no instructions of their own: they stand before the prompt.');
  return { prompt: `${system}\n\n${prompt}`, ...shown };
}

function isInstruction({ role }: Message): boolean {
  return role === 'system' || role === 'developer';
}

function noteMessage(message: Message, request: CanonicalRequest, losses: Losses): void {
  dropExtra(message.extra, message.at, request.from, 'replicate-predictions', losses);
  for (const [index, part] of message.parts.entries()) {
    const at = `${message.at}.content[${index}]`;
    if (part.type !== 'reasoning') dropExtra(part.extra, at, request.from, 'replicate-predictions', losses);
    if (part.cache) losses.add('dropped', `${at}.cache_control`, 'Replicate keeps no beginnings of prompts.');
  }
}

function chatMessages(system: string, turns: readonly Message[], losses: Losses): Fields[] {
  const said = turns.map((message) => ({ role: message.role, content: textOf(message, losses) }));
  return system === '' ? said : [{ role: 'system', content: system }, ...said];
}

const NAMES: Readonly<Partial<Record<Message['role'], string>>> = { user: 'User', assistant: 'Assistant' };

/** The last line asks for the next turn. */
function transcript(turns: readonly Message[], losses: Losses): string {
  losses.add(
    'renamed',
    'messages',
    'This model takes one prompt: the turns stand in it, each behind its speaker’s name.',
  );
  const lines = turns.map((message) => `${NAMES[message.role] ?? 'User'}: ${textOf(message, losses)}`);
  return [...lines, 'Assistant:'].join('\n\n');
}

function textOf({ parts, at, role }: Message, losses: Losses): string {
  return parts
    .flatMap((part, index) => {
      const path = `${at}.content[${index}]`;
      switch (part.type) {
        case 'text':
        case 'refusal':
          return [part.text];
        case 'image':
          return [];
        case 'reasoning':
          losses.add('dropped', path, 'Thinking is not told to a model on Replicate again.');
          return [];
        case 'document': {
          const text = textOfSource(part.source);
          if (text === undefined) break;
          losses.add('renamed', path, 'The document stands as text in the prompt.');
          return [part.title === undefined ? text : `${part.title}\n\n${text}`];
        }
      }
      losses.refuse(path, `A prompt on Replicate holds text; this message of the ${role} holds ${nameOf(part)}.`);
      return [];
    })
    .join('\n\n');
}

function nameOf(part: Part): string {
  if (part.type === 'opaque') return part.name;
  if (part.type === 'tool-call') return 'a tool call';
  return part.type === 'tool-result' ? 'the result of a tool' : part.type;
}

interface Image {
  readonly url: string;
  readonly at: string;
}

function imagesOf({ parts, at }: Message, losses: Losses): Image[] {
  return parts.flatMap((part, index) => {
    if (part.type !== 'image') return [];
    const path = `${at}.content[${index}]`;
    const { source } = part;
    if (source.kind === 'url') return [{ url: source.url, at: path }];
    if (source.kind === 'base64') return [{ url: dataUrl(source), at: path }];
    losses.refuse(path, 'This image is a file in the storage of another provider; send its data instead.');
    return [];
  });
}

/** Images stand beside the prompt, so that only those of its one message can be told. */
function buildImages(
  images: readonly Image[],
  turns: readonly Message[],
  { images: field }: InputFields,
  losses: Losses,
): Fields {
  const [first, second] = images;
  if (first === undefined) return {};
  if (field === undefined) {
    losses.refuse(first.at, 'It is not known that this model reads images on Replicate.');
    return {};
  }
  if (turns.length > 1)
    losses.refuse(
      first.at,
      'On Replicate images stand beside one prompt; ask about them in a conversation of one message.',
    );
  if (!field.list && second) losses.refuse(second.at, 'This model takes one image on Replicate.');
  return { [field.name]: field.list ? images.map(({ url }) => url) : first.url };
}
