/** What the table asks of a client: to hold the conversation of a case, as its own documents show, and tell what it got. */
import { type Case, digest, PICTURE, UNICODE, weatherIn } from '../model.ts';

export interface Place {
  /** `http://127.0.0.1:PORT` of the gateway. */
  readonly origin: string;
  readonly key: string;
  /** `provider/model`. */
  readonly model: string;
  readonly embeddingModel?: string;
  /** A folder of its own, for programs that keep files. */
  readonly folder: string;
}

export interface Outcome {
  readonly text?: string;
  readonly vectors?: readonly (readonly number[])[];
  /** Tokens as the client counted them; undefined where it does not tell. */
  readonly usage?: { readonly input?: number; readonly output?: number };
  readonly error?: { readonly status?: number; readonly className: string; readonly message: string };
}

export interface Program {
  readonly name: string;
  readonly cases: readonly Case[];
  /** Whether it can take its answers whole, as a stream, or both. */
  readonly ways: readonly ('whole' | 'stream')[];
  converse(asked: Case, place: Place, way: 'whole' | 'stream'): Promise<Outcome>;
  /** Where what it tells is looser than an SDK's answer; `faultOf` otherwise. */
  judge?(asked: Case, outcome: Outcome): string | undefined;
}

export const CHAT_CASES: readonly Case[] = [
  'text',
  'unicode',
  'tool',
  'parallel',
  'thinking',
  'image',
  'schema',
  'error-400',
  'error-401',
  'error-403',
  'error-404',
  'error-429',
  'error-500',
  'error-503',
];

/** What is wrong with an outcome, in a sentence; undefined: nothing. */
export function faultOf(asked: Case, outcome: Outcome): string | undefined {
  const wanted = /^error-(\d+)$/.exec(asked)?.[1];
  if (wanted !== undefined) return errorFault(Number(wanted), asked, outcome);
  if (outcome.error) return `failed: ${outcome.error.className} ${outcome.error.status ?? ''} ${outcome.error.message}`;
  if (asked === 'embedding') {
    const found = JSON.stringify(outcome.vectors);
    return found === '[[0.25,-0.5],[0.25,-0.5]]' ? undefined : `vectors ${found}`;
  }
  const text = textWanted(asked);
  const got = asked === 'schema' ? normalised(outcome.text) : outcome.text;
  if (got !== text) return `said ${JSON.stringify(got?.slice(0, 200))}, not ${JSON.stringify(text.slice(0, 80))}`;
  const { usage } = outcome;
  if (usage && (usage.input !== 11 || usage.output !== 7))
    return `counted ${usage.input} and ${usage.output} tokens, not 11 and 7`;
  return undefined;
}

function textWanted(asked: Case): string {
  switch (asked) {
    case 'text':
      return 'The clerk answers.';
    case 'unicode':
      return UNICODE;
    case 'tool':
    case 'thinking':
      return weatherIn('Zürich');
    case 'parallel':
      return `${weatherIn('Zürich')}; ${weatherIn('東京')}`;
    case 'image':
      return `Saw ${digest(PICTURE)}.`;
    default:
      return '{"city":"Zürich","degrees":21}';
  }
}

function normalised(text: string | undefined): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text ?? ''));
  } catch {
    return text;
  }
}

function errorFault(status: number, asked: Case, { error, text }: Outcome): string | undefined {
  if (!error) return `answered ${JSON.stringify(text?.slice(0, 80))} in place of an error`;
  if (error.status !== undefined && error.status !== status)
    return `status ${error.status} (${error.className}: ${error.message.slice(0, 160)})`;
  if (!error.message.includes(`Acted out: ${asked}`))
    return `the provider’s own words are lost: ${error.message.slice(0, 160)}`;
  return undefined;
}

/** What the model cannot do must be refused as the caller's own mistake, and in these words. */
export function refusalFault({ error, text }: Outcome, words: RegExp): string | undefined {
  if (!error) return `answered ${JSON.stringify(text?.slice(0, 80))} where the model cannot`;
  const status = error.status ?? 400;
  return status === 400 && words.test(error.message) ? undefined : `status ${status}: ${error.message.slice(0, 160)}`;
}

/** The error that a conversation ended with, as the client's own class. */
export async function caught(conversation: Promise<Outcome>): Promise<Outcome> {
  try {
    return await conversation;
  } catch (error) {
    const { status, statusCode, message } = error as { status?: unknown; statusCode?: unknown; message?: unknown };
    const number = [status, statusCode].find((value) => typeof value === 'number');
    return {
      error: {
        status: number as number | undefined,
        className: (error as object).constructor.name,
        message: String(message),
      },
    };
  }
}
