/**
 * Canonical messages as a system prompt and turns. Source: docs.claude.com/en/api/messages: turns of the same role are
 * one, the first is the user's, tool results come first in theirs (…/agents-and-tools/tool-use/implement-tool-use).
 */
import { dropExtra } from '../canonical/foreign.ts';
import type { CanonicalRequest, Fields, Message, TranslatedDialect } from '../canonical/request.ts';
import { type Building, buildBlock } from './build-blocks.ts';

const OWN: TranslatedDialect = 'anthropic-messages';

export interface Conversation {
  readonly system?: Fields[];
  readonly messages: Fields[];
}

interface Turn {
  role: 'user' | 'assistant' | 'system';
  content: Fields[];
  at: string;
}

export function buildMessages(request: CanonicalRequest, building: Building): Conversation {
  const system: Fields[] = [];
  const turns: Turn[] = [];
  for (const message of request.messages) {
    const content = message.parts.flatMap((part, index) => buildBlock(part, partPath(message, index), building));
    noteMessage(message, building);
    if (content.length === 0) building.losses.add('dropped', message.at, 'Nothing is left in it that could be sent.');
    const inPrompt = message.role === 'system' || message.role === 'developer';
    if (inPrompt && (turns.length === 0 || request.from !== OWN)) {
      if (turns.length > 0) {
        building.losses.add('reordered', message.at, 'Instructions stand before the conversation.');
      }
      system.push(...content);
    } else if (content.length > 0) addTurn(turns, roleOf(message), content, message.at);
  }
  if (turns.length === 0 && system.length > 0) {
    building.losses.add('renamed', 'system', 'A request needs a user message; the instructions are sent as one.');
    turns.push({ role: 'user', content: system.splice(0), at: 'system' });
  }
  if (turns[0]?.role === 'assistant') {
    building.losses.add(
      'defaulted',
      'messages',
      'The conversation must begin with the user; a placeholder is put first.',
    );
    turns.unshift({ role: 'user', content: [{ type: 'text', text: '(The conversation begins.)' }], at: 'messages' });
  }
  for (const turn of turns) orderResults(turn, building);
  trimLast(turns[turns.length - 1], building);
  return {
    ...(system.length > 0 ? { system } : {}),
    messages: turns.map(({ role, content }) => ({ role, content })),
  };
}

function partPath(message: Message, index: number): string {
  return message.at === 'system' ? `system[${index}]` : `${message.at}.content[${index}]`;
}

function roleOf(message: Message): Turn['role'] {
  if (message.role === 'assistant') return 'assistant';
  return message.role === 'user' || message.role === 'tool' ? 'user' : 'system';
}

function noteMessage(message: Message, { from, losses }: Building): void {
  dropExtra(message.extra, message.at, from, OWN, losses);
  if (message.name !== undefined)
    losses.add('dropped', `${message.at}.name`, 'Anthropic messages carry no names.', message.name);
  if (message.role === 'developer') {
    losses.add(
      'renamed',
      `${message.at}.role`,
      'Developer messages are part of the system prompt.',
      'developer',
      'system',
    );
  }
}

function addTurn(turns: Turn[], role: Turn['role'], content: Fields[], at: string): void {
  const last = turns[turns.length - 1];
  if (last?.role === role) last.content.push(...content);
  else turns.push({ role, content: [...content], at });
}

function orderResults(turn: Turn, { losses }: Building): void {
  const results = turn.content.filter((block) => block.type === 'tool_result');
  if (results.length === 0) return;
  const others = turn.content.filter((block) => block.type !== 'tool_result');
  const ordered = [...results, ...others];
  if (ordered.some((block, index) => block !== turn.content[index])) {
    losses.add('reordered', turn.at, 'Tool results come first in a user message.');
  }
  turn.content = ordered;
}

/** "final assistant content cannot end with trailing whitespace": an answer begun for the model to go on with. */
function trimLast(turn: Turn | undefined, { losses }: Building): void {
  const block = turn?.role === 'assistant' ? turn.content[turn.content.length - 1] : undefined;
  if (turn === undefined || block?.type !== 'text' || typeof block.text !== 'string') return;
  const text = block.text.trimEnd();
  if (text === block.text || text === '') return;
  losses.add('clamped', turn.at, 'A last message of the assistant must not end with white space.');
  turn.content[turn.content.length - 1] = { ...block, text };
}
