/**
 * The form in which an exchange travels from the request path to the worker and lies in the database. Both sides of the
 * thread boundary import this and nothing else of each other.
 *
 * A batch is one buffer of packed records, each: a head of HEAD_BYTES, then `record` (three lengths, bodies, meta JSON,
 * redactions JSON), then `row` (JSON). The worker stores `record` and `row` as they are; nothing is parsed until
 * somebody asks or the worker has time.
 */
import type { CaptureRow, Redaction } from './capture.ts';

export const STATE = { running: 0, done: 1, interrupted: 2, erased: 3 } as const;
export type StateCode = (typeof STATE)[keyof typeof STATE];
export const STATE_NAMES = ['running', 'done', 'interrupted'] as const;

/** Offsets inside a packed record's head. */
export const HEAD = { totalBytes: 0, state: 4, failed: 5, number: 8, id: 16, rowBytes: 40, record: 44 } as const;
export const ID_BYTES = 21;
/** At `HEAD.record`: lengths of bodies, meta and redactions, then those three. */
export const RECORD_HEAD_BYTES = 12;
export const HEAD_BYTES = HEAD.record + RECORD_HEAD_BYTES;

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

export type PackedStep = [
  stage: string,
  decision: string,
  summary: string,
  startUs: number,
  endUs: number,
  rule?: unknown,
  input?: unknown,
  output?: unknown,
  evidence?: unknown,
];

/**
 * Headers as they came, `[name, value, …]`; where a line is the same in another list (the provider's answer for the
 * client's, the client's request for the provider's), a number says where that line begins there.
 */
export type PackedHeaders = readonly (string | number)[];

export interface PackedAttempt {
  index: number;
  provider: string;
  model?: string;
  method: string;
  url: string;
  /** Refers to the request's. */
  headers: PackedHeaders;
  body: PackedBody;
  key?: unknown;
  origins: unknown;
  timings: (number | null)[];
  status?: number;
  statusText?: string;
  responseHeaders?: readonly string[];
  responseTrailers?: readonly string[];
  responseBody?: PackedBody;
  remoteAddress?: string;
  outcome?: unknown;
}

export interface PackedMeta {
  url: string;
  httpVersion: string;
  remoteAddress: string;
  headers: readonly string[];
  body: PackedBody;
  credentialFrom: string | null;
  routeName: string | null;
  steps: PackedStep[];
  attempts: PackedAttempt[];
  /** Its headers refer to those of the last attempt's answer. */
  answer: { status: number; headers: PackedHeaders; body: PackedBody; firstByteUs?: number } | null;
  verdict: unknown;
  usage: unknown;
}

/** By place: `request`, `request-body`, `attempt-0`, `attempt-0-request`, `attempt-0-response`, `answer`, `answer-body`, `record`. */
export type PackedRedactions = Record<string, Redaction[]>;

/** Order of the numbers in `PackedAttempt.timings`; µs, null where unknown. The last says whether the connection was reused. */
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

/** Writes `headers` with references into `others`. */
export function packHeaders(headers: readonly string[], others: readonly string[] | undefined): PackedHeaders {
  if (!others) return headers;
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

export function unpackHeaders(packed: PackedHeaders, others: readonly string[] | undefined): string[] {
  const headers: string[] = [];
  for (const one of packed) {
    if (typeof one === 'string') headers.push(one);
    else headers.push(others?.[one] ?? '', others?.[one + 1] ?? '');
  }
  return headers;
}

export function microseconds(ms: number | undefined | null): number | null {
  return ms === undefined || ms === null ? null : Math.round(ms * 1000);
}

export function milliseconds(us: number | null | undefined): number | null {
  return us === undefined || us === null ? null : us / 1000;
}
