/**
 * Names of tools and ids of calls, made to fit the target's rules before its builder runs, and put back into the
 * answer. Deterministic: the same name always fits the same way, over turns and in replays.
 */
import type { Losses } from './losses.ts';
import type { CanonicalRequest, Message, Part, ToolChoice } from './request.ts';
import type { NameRule } from './wire-quirks.ts';

export interface FittedNames {
  readonly request: CanonicalRequest;
  /** What the target was told → what the caller calls it; only those that differ. */
  readonly toolNames: ReadonlyMap<string, string>;
}

/** `request` with names and ids that fit, and the way back. */
export function fitNames(request: CanonicalRequest, tools: NameRule, ids: NameRule, losses: Losses): FittedNames {
  const toName = fitter(tools);
  const toId = fitter(ids);
  const messages = request.messages.map((message) => fitMessage(message, toName.fit, toId.fit));
  const fitted: CanonicalRequest = {
    ...request,
    tools: request.tools.map((tool) => (tool.kind === 'builtin' ? tool : { ...tool, name: toName.fit(tool.name) })),
    messages,
    ...(request.toolChoice ? { toolChoice: fitChoice(request.toolChoice, toName.fit) } : {}),
  };
  const toolNames = new Map<string, string>();
  for (const [name, fit] of toName.changed) {
    toolNames.set(fit, name);
    losses.add(
      'renamed',
      `tools[${request.tools.findIndex((tool) => tool.name === name)}].name`,
      'The target allows other names only; the answer gets the name back.',
      name,
      fit,
    );
  }
  for (const [id, fit] of toId.changed) {
    losses.add('renamed', 'messages', 'The target allows other ids of tool calls only.', id, fit);
  }
  return { request: fitted, toolNames };
}

function fitMessage(message: Message, name: (text: string) => string, id: (text: string) => string): Message {
  const fitPart = (part: Part): Part => {
    if (part.type === 'tool-call') return { ...part, id: id(part.id), name: name(part.name) };
    if (part.type !== 'tool-result') return part;
    return { ...part, callId: id(part.callId), ...(part.name === undefined ? {} : { name: name(part.name) }) };
  };
  return message.parts.some((part) => part.type === 'tool-call' || part.type === 'tool-result')
    ? { ...message, parts: message.parts.map(fitPart) }
    : message;
}

function fitChoice(choice: ToolChoice, name: (text: string) => string): ToolChoice {
  if (choice.type === 'tool') return { ...choice, name: name(choice.name) };
  return choice.type === 'allowed' ? { ...choice, names: choice.names.map(name) } : choice;
}

function fitter(rule: NameRule): { fit(text: string): string; readonly changed: Map<string, string> } {
  const changed = new Map<string, string>();
  return {
    changed,
    fit(text) {
      const fit = fitName(text, rule);
      if (fit !== text) changed.set(text, fit);
      return fit;
    },
  };
}

/** `text` where it fits; else what is left of it and a hash of the whole, so that two names never become one. */
export function fitName(text: string, rule: NameRule): string {
  const letters = [...text];
  const allowed = letters.every((letter) => rule.allowed.test(letter));
  const begins = rule.first === undefined || rule.first.test(letters[0] ?? '');
  const fits = rule.exactly === undefined ? text.length <= rule.maxLength : text.length === rule.exactly;
  if (allowed && begins && letters.length > 0 && fits) return text;
  // No room for what is left of the text: two hashes, of it and of its mirror image.
  if (rule.exactly !== undefined)
    return (hash(text) + hash(letters.reverse().join(''))).padStart(rule.exactly, '0').slice(-rule.exactly);
  const clean = letters.map((letter) => (rule.allowed.test(letter) ? letter : '_')).join('');
  const tail = `_${hash(text)}`;
  return `${begins && clean !== '' ? '' : '_'}${clean}`.slice(0, rule.maxLength - tail.length) + tail;
}

/** 32-bit FNV-1a in base 36: a fingerprint, no secret. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return value.toString(36);
}
