/**
 * The form in which an exchange travels from the request path to the worker and lies in the database. Both sides of the
 * thread boundary import this and nothing else of each other.
 *
 * A batch is one buffer of packed records, each: a head of HEAD_BYTES, the last twelve of which are the lengths of what
 * follows: bodies, a JSON text, numbers. The text is a RecordText, or, with numbers, a TemplatedText (template.ts). The
 * worker stores all but the head as it is; nothing is parsed until somebody asks or the worker has time.
 */
import type { Step } from '../exchange.ts';
import type { CaptureRow, Redaction } from './capture.ts';

export const STATE = { running: 0, done: 1, interrupted: 2, erased: 3 } as const;
export type StateCode = (typeof STATE)[keyof typeof STATE];
export const STATE_NAMES = ['running', 'done', 'interrupted'] as const;

/** Offsets inside a packed record's head. */
export const HEAD = { totalBytes: 0, state: 4, failed: 5, number: 8, id: 16, record: 40 } as const;
export const ID_BYTES = 21;
/** At `HEAD.record`: lengths of bodies, text and numbers, then those three. */
export const RECORD_HEAD_BYTES = 12;
export const HEAD_BYTES = HEAD.record + RECORD_HEAD_BYTES;

/** A record in full. At rest without its row, which a table of its own holds. */
export interface RecordText {
  readonly row: RowTuple;
  readonly meta: PackedMeta;
  readonly redactions: PackedRedactions;
}

/** A listing's line, in this order; times in whole microseconds. */
export type RowTuple = [
  receivedAt: number,
  app: string | null,
  appId: string | null,
  gatewayKeyId: string | null,
  provider: string | null,
  model: string | null,
  askedModel: string | null,
  endpoint: string | null,
  method: string,
  path: string,
  status: number | null,
  ok: 0 | 1,
  cause: CaptureRow['cause'],
  stage: CaptureRow['stage'],
  message: string,
  durationUs: number | null,
  firstByteUs: number | null,
  attempts: number,
  stream: 0 | 1,
  clientGone: 0 | 1,
  inputTokens: number | null,
  outputTokens: number | null,
  costUsd: number | null,
  practice: 0 | 1,
  keyId: string | null,
  keyVersion: number | null,
  configVersion: number,
  originKind: 'replay' | 'probe' | 'check' | 'import' | null,
  originOf: string | null,
  /** Answered by the cache; absent otherwise. */
  cached?: 1,
];

export const INTERRUPTED_MESSAGE = 'Keyward stopped before this exchange was over.';

export function rowFromTuple(id: string, state: number, tuple: RowTuple): CaptureRow {
  const originKind = tuple[27];
  return {
    id,
    time: new Date(tuple[0]).toISOString(),
    state: STATE_NAMES[state] ?? 'done',
    app: tuple[1],
    appId: tuple[2],
    gatewayKeyId: tuple[3],
    provider: tuple[4],
    model: tuple[5],
    askedModel: tuple[6],
    endpoint: tuple[7],
    method: tuple[8],
    path: tuple[9],
    status: tuple[10],
    ok: tuple[11] === 1,
    cause: tuple[12],
    stage: tuple[13],
    message: state === STATE.interrupted ? INTERRUPTED_MESSAGE : tuple[14],
    durationMs: milliseconds(tuple[15]),
    firstByteMs: milliseconds(tuple[16]),
    attempts: tuple[17],
    cached: tuple[29] === 1,
    stream: tuple[18] === 1,
    clientGone: tuple[19] === 1,
    inputTokens: tuple[20],
    outputTokens: tuple[21],
    costUsd: tuple[22],
    practice: tuple[23] === 1,
    keyId: tuple[24],
    keyVersion: tuple[25],
    configVersion: tuple[26],
    origin:
      originKind === null ? null : tuple[28] === null ? { kind: originKind } : { kind: originKind, of: tuple[28] },
  };
}

/** A body's place among the record's bodies, and what there is to say about it. */
export interface PackedBody {
  /** Bytes on the wire. */
  z: number;
  /** Bytes kept, before redaction. */
  k: number;
  /** Offset and length among the bodies; absent when nothing was kept or it is the same as another leg's. */
  o?: number;
  l?: number;
  c: 0 | 1;
  leftOut?: string;
  sameAs?: 'request' | 'attempt';
  decodedFrom?: string;
  /** Arrival of chunks (µs) and their sizes. */
  t?: number[];
  n?: readonly number[];
}

/**
 * Headers as they came, `[name, value, …]`; at rest, where a line is the same in another list (the provider's answer for
 * the client's, the client's request for the provider's), a number says where that line begins there.
 */
export type PackedHeaders = readonly (string | number)[];

export interface PackedAttempt {
  index: number;
  provider: string;
  model?: string;
  method: string;
  url: string;
  /** Number of the list; the provider's headers are held against the request's at rest. */
  headers: number;
  body: PackedBody;
  key?: unknown;
  origins: unknown;
  timings: number[];
  status?: number;
  statusText?: string;
  responseHeaders?: number;
  responseTrailers?: number;
  responseBody?: PackedBody;
  remoteAddress?: string;
  outcome?: unknown;
}

export interface PackedMeta {
  url: string;
  httpVersion: string;
  remoteAddress: string;
  /** Number of the request's header list. */
  headers: number;
  body: PackedBody;
  credentialFrom: string | null;
  routeName: string | null;
  steps: readonly Step[];
  attempts: PackedAttempt[];
  /** Its headers are held against those of the last attempt's answer at rest. */
  answer: { status: number; headers: number; body: PackedBody; firstByteUs?: number } | null;
  verdict: unknown;
  usage: unknown;
  cost?: unknown;
  cache?: unknown;
  /** All header lists, last in the tree. */
  lists: readonly PackedHeaders[];
}

/** By place: `request`, `request-body`, `attempt-0`, `attempt-0-request`, `attempt-0-response`, `answer`, `answer-body`, `record`. */
export type PackedRedactions = Record<string, Redaction[]>;

/** Order of the numbers in `PackedAttempt.timings`; µs, -1 where unknown. The last says whether the connection was reused. */
export const TIMINGS = [
  'startMs',
  'dnsMs',
  'connectMs',
  'tlsMs',
  'sentMs',
  'firstByteMs',
  'lastByteMs',
  'endMs',
] as const;

/** Which list each list may refer to: the provider's request to the app's, the app's answer to the provider's. */
function references(meta: PackedMeta): Map<number, number> {
  const bases = new Map<number, number>();
  for (const attempt of meta.attempts) bases.set(attempt.headers, meta.headers);
  const answered = meta.attempts.at(-1)?.responseHeaders;
  if (meta.answer && answered !== undefined) bases.set(meta.answer.headers, answered);
  return bases;
}

/** Header lines that occur twice, once. */
export function shortenLists(meta: PackedMeta): PackedMeta {
  const bases = references(meta);
  const lists = meta.lists.map((list, number) => {
    const base = bases.get(number);
    return base === undefined ? list : shortened(list as string[], meta.lists[base] as string[]);
  });
  return { ...meta, lists };
}

export function lengthenLists(meta: PackedMeta): string[][] {
  const bases = references(meta);
  return meta.lists.map((list, number) => {
    const others = meta.lists[bases.get(number) ?? -1];
    return list.flatMap((one) =>
      typeof one === 'string' ? [one] : [String(others?.[one] ?? ''), String(others?.[one + 1] ?? '')],
    );
  });
}

function shortened(headers: readonly string[], others: readonly string[]): PackedHeaders {
  const packed: (string | number)[] = [];
  let next = 0;
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] as string;
    const value = headers[at + 1] as string;
    // Lists differ by a few lines only: look a little ahead, then give up.
    const end = Math.min(others.length, next + 8);
    let there = next;
    while (there < end && (others[there] !== name || others[there + 1] !== value)) there += 2;
    if (there < end) {
      packed.push(there);
      next = there + 2;
    } else packed.push(name, value);
  }
  return packed;
}

export function microseconds(ms: number | undefined | null): number | null {
  return ms === undefined || ms === null ? null : Math.round(ms * 1000);
}

export function milliseconds(us: number | null | undefined): number | null {
  return us === undefined || us === null ? null : us / 1000;
}
