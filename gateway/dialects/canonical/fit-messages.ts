/**
 * Messages as a provider takes them: where instructions stand, whose turn it is, one text or a list, images as data
 * (wire-quirks.ts). Pure but for the ledger.
 */
import type { Losses } from './losses.ts';
import type { CanonicalRequest, Message, Part } from './request.ts';
import type { WireQuirks } from './wire-quirks.ts';

export function fitMessages(request: CanonicalRequest, quirks: WireQuirks, losses: Losses): CanonicalRequest {
  let messages = request.messages;
  if (quirks.lacks?.includes('messageName')) messages = messages.map((message) => withoutName(message, losses));
  if (quirks.imageUrls === false) refuseImageUrls(messages, losses);
  if (quirks.systemFirst) messages = instructionsFirst(messages, losses);
  if (quirks.alternating) messages = takingTurns(messages, losses);
  if (quirks.lastByUser) refuseOpenAnswer(messages, losses);
  if (quirks.textAsString) messages = messages.map((message) => withOneText(message, losses));
  return messages === request.messages ? request : { ...request, messages };
}

/** One more instruction behind those that stand first. */
export function withInstruction(request: CanonicalRequest, text: string): CanonicalRequest {
  const after = request.messages.findIndex((message) => !isInstruction(message));
  const at = after === -1 ? request.messages.length : after;
  const last = request.messages[at - 1];
  const part: Part = { type: 'text', text };
  const messages = last
    ? request.messages.with(at - 1, { ...last, parts: [...last.parts, part] })
    : [{ role: 'system' as const, parts: [part], at: 'system' }, ...request.messages];
  return { ...request, messages };
}

function isInstruction({ role }: Message): boolean {
  return role === 'system' || role === 'developer';
}

function withoutName(message: Message, losses: Losses): Message {
  if (message.name === undefined) return message;
  losses.add('dropped', `${message.at}.name`, 'The provider takes no names of speakers.', message.name);
  const { name: _, ...rest } = message;
  return rest;
}

function refuseImageUrls(messages: readonly Message[], losses: Losses): void {
  for (const message of messages) {
    for (const part of message.parts) {
      const held = part.type === 'tool-result' ? part.content : [part];
      if (held.some((item) => item.type === 'image' && item.source.kind === 'url')) {
        losses.refuse(message.at, 'The provider takes images as data only; send the image itself in base64.');
      }
    }
  }
}

function instructionsFirst(messages: readonly Message[], losses: Losses): readonly Message[] {
  const instructions = messages.filter(isInstruction);
  const first = instructions[0];
  if (!first || (instructions.length === 1 && messages[0] === first)) return messages;
  for (const message of instructions) {
    if (message !== first || messages[0] !== first) {
      losses.add('reordered', message.at, 'The provider takes one message of instructions, before all others.');
    }
  }
  const role = instructions.some((message) => message.role === 'system') ? 'system' : 'developer';
  return [
    { ...first, role, parts: instructions.flatMap(({ parts }) => parts) },
    ...messages.filter((message) => !isInstruction(message)),
  ];
}

function takingTurns(messages: readonly Message[], losses: Losses): readonly Message[] {
  const turns: Message[] = [];
  for (const message of messages) {
    const last = turns[turns.length - 1];
    if (last && last.role === message.role && (message.role === 'user' || message.role === 'assistant')) {
      losses.add('reordered', message.at, 'The provider takes turns only; this message is joined to the one before.');
      turns[turns.length - 1] = { ...last, parts: [...last.parts, ...message.parts] };
    } else turns.push(message);
  }
  return turns;
}

function refuseOpenAnswer(messages: readonly Message[], losses: Losses): void {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return;
  losses.refuse(last.at, 'The provider goes on with no answer that is begun: the last message must be the user’s.');
}

function withOneText(message: Message, losses: Losses): Message {
  const texts = message.parts.filter((part) => part.type === 'text');
  const said = message.parts.filter((part) => part.type !== 'tool-call' && part.type !== 'reasoning');
  const first = texts[0];
  if (!first || said.length > texts.length || (texts.length < 2 && first.extra === undefined)) return message;
  if (texts.length > 1)
    losses.add('renamed', `${message.at}.content`, 'The provider takes one text; the parts are joined.');
  const one: Part = { ...first, text: texts.map(({ text }) => text).join('\n\n') };
  const rest = message.parts.filter((part) => part.type !== 'text');
  const calls = rest.findIndex((part) => part.type === 'tool-call');
  const at = calls === -1 ? rest.length : calls;
  return { ...message, parts: [...rest.slice(0, at), one, ...rest.slice(at)] };
}
