/**
 * Canonical messages as a system prompt and turns. Source: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html:
 * roles take turns, the user begins, every tool call is answered in the next message, a document needs a text beside it.
 */
import { dropExtra } from '../canonical/foreign.ts';
import type { CanonicalRequest, Fields, Message } from '../canonical/request.ts';
import { type Building, buildBlock } from './build-blocks.ts';

interface Turn {
  readonly role: 'user' | 'assistant';
  content: Fields[];
  readonly at: string;
}

export interface Conversation {
  readonly system: Fields[];
  readonly messages: Fields[];
}

export function buildMessages(request: CanonicalRequest, building: Building): Conversation {
  const { losses } = building;
  const system: Fields[] = [];
  const turns: Turn[] = [];
  for (const message of request.messages) {
    const content = message.parts.flatMap((part, index) => buildBlock(part, partPath(message, index), building));
    dropExtra(message.extra, message.at, request.from, 'bedrock-converse', losses);
    if (message.name !== undefined)
      losses.add('dropped', `${message.at}.name`, 'Converse messages carry no names.', message.name);
    if (content.length === 0) losses.add('dropped', message.at, 'Nothing is left in it that could be sent.');
    else if (message.role === 'system' || message.role === 'developer') {
      if (message.role === 'developer')
        losses.add(
          'renamed',
          `${message.at}.role`,
          'Developer messages are part of the system prompt.',
          'developer',
          'system',
        );
      if (turns.length > 0) losses.add('reordered', message.at, 'Instructions stand before the conversation.');
      system.push(...content);
    } else addTurn(turns, message.role === 'assistant' ? 'assistant' : 'user', content, message.at);
  }
  begin(turns, system, building);
  for (const turn of turns) mend(turn, building);
  return { system, messages: turns.map(({ role, content }) => ({ role, content })) };
}

function partPath(message: Message, index: number): string {
  return message.at === 'system' ? `system[${index}]` : `${message.at}.content[${index}]`;
}

function addTurn(turns: Turn[], role: Turn['role'], content: Fields[], at: string): void {
  const last = turns.at(-1);
  if (last?.role === role) last.content.push(...content);
  else turns.push({ role, content: [...content], at });
}

/** "A conversation must start with a user message." */
function begin(turns: Turn[], system: Fields[], { losses }: Building): void {
  if (turns.length === 0 && system.length > 0) {
    losses.add('renamed', 'system', 'A request needs a user message; the instructions are sent as one.');
    turns.push({ role: 'user', content: system.splice(0), at: 'system' });
  }
  if (turns[0]?.role !== 'assistant') return;
  losses.add('defaulted', 'messages', 'The conversation must begin with the user; a placeholder is put first.');
  turns.unshift({ role: 'user', content: [{ text: '(The conversation begins.)' }], at: 'messages' });
}

function mend(turn: Turn, { losses }: Building): void {
  const results = turn.content.filter((block) => 'toolResult' in block);
  if (results.length > 0) {
    const ordered = [...results, ...turn.content.filter((block) => !('toolResult' in block))];
    if (ordered.some((block, index) => block !== turn.content[index])) {
      losses.add('reordered', turn.at, 'Tool results come first in a user message.');
    }
    turn.content = ordered;
  }
  const hasDocument = turn.content.some((block) => 'document' in block);
  if (hasDocument && !turn.content.some((block) => 'text' in block)) {
    losses.add('defaulted', turn.at, 'Bedrock wants a text beside a document.');
    turn.content.push({ text: 'See the document.' });
  }
}
