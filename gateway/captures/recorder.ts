/**
 * Records exchanges from the request path: `begin` when one is accepted, `finish` after its verdict. All that happens
 * here is that (redacted) bytes are packed into the current batch; a worker thread writes a batch at most 15 ms after its
 * first record. Nothing here waits for the disk, and nothing here throws into the request path.
 *
 * 1. A capture whose begin and end fall into one window is written once.
 * 2. Bytes handed over and not yet committed are bounded: beyond the bound bodies are left out, far beyond it rows.
 * 3. A worker that dies is started again and gets what it had not committed.
 */
import { randomUUID } from 'node:crypto';
import type { Worker } from 'node:worker_threads';
import type { Exchange, TappedBody } from '../exchange.ts';
import type { Spend } from '../limits/spend.ts';
import type { Notice } from '../store/notice.ts';
import type { UsageEntry } from '../usage/usage-entry.ts';
import { UsageMeter } from '../usage/usage-meter.ts';
import { Batch, FULL_BATCH_BYTES } from './batch.ts';
import { type Capture, type CaptureQuery, type CaptureRow, captureQuerySchema } from './capture.ts';
import { type CaptureIds, captureNumber } from './capture-id.ts';
import { sqliteMissing } from './database.ts';
import { codingsOf, type DecodedBody, decodeLater, decodeNow } from './decode-body.ts';
import type { ImportedConfig } from './imports.ts';
import { packErasure, packExchange } from './pack.ts';
import { type Imported, type ImportItem, packImports } from './pack-imports.ts';
import { type RowTuple, rowFromTuple, STATE, type StateCode } from './record-form.ts';
import type { Redactor } from './redact.ts';
import type { RetentionPolicy } from './retention.ts';
import { RunningExchanges } from './running-exchanges.ts';
import { SpendBook, type SpendEntry, type SpendShare } from './spend-book.ts';
import type { TemplateText } from './template.ts';
import { TemplateBook } from './template-book.ts';
import type { UsageBatch, UsageQuery, UsageSum } from './usage-store.ts';
import type { FromWorker, LastUsedEntry, WorkerOptions, WorkerRequest } from './worker-messages.ts';
import { takeCaptureThread } from './worker-thread.ts';

export interface RecorderSettings {
  readonly captureBodyBytes: number;
  readonly retention: { readonly maxAgeDays: number; readonly failureMaxAgeDays: number; readonly maxSizeMb: number };
}

export interface RecorderOptions {
  readonly file: string;
  readonly redactor: Redactor;
  /** Counts what is finished here; its own where none is given. */
  readonly meter?: UsageMeter;
  /** Raised above what the database holds as soon as that is known. */
  readonly ids?: CaptureIds;
  /** Read anew for every batch and body. */
  readonly settings?: () => RecorderSettings;
  /** Wall clock, milliseconds since the epoch. */
  readonly clock?: () => number;
  /** Bytes under way to the disk before bodies are left out. */
  readonly maxQueueBytes?: number;
  /** A fault of ours, for the log; holds no recorded content. */
  readonly onFault?: (error: unknown) => void;
  /** Starts the worker thread; replaced by tests that stop it on purpose. */
  readonly startWorker?: () => Worker;
}

/** ISO times of the last exchange, by id. */
export interface LastUsed {
  readonly apps: ReadonlyMap<string, string>;
  readonly gatewayKeys: ReadonlyMap<string, string>;
  readonly keys: ReadonlyMap<string, string>;
}

export interface Recorder {
  /** The exchange was accepted; it must be handed to `finish` later. */
  begin(exchange: Exchange): void;
  /** The exchange has its verdict, and nothing of it changes any more; it is packed before the window closes. */
  finish(exchange: Exchange): void;
  /** Packs and counts what is over; to be called before the meter is read. */
  catchUp(): void;
  list(query: CaptureQuery): Promise<CaptureRow[]>;
  /**
   * Keeps captures from elsewhere under the ids they carry; those that are here already stay as they are. Nothing is
   * kept when it rejects.
   */
  import(items: readonly ImportItem[]): Promise<Imported[]>;
  /** The configuration that a capture from elsewhere was made under; null for one that was made here. */
  importedConfig(id: string): Promise<ImportedConfig | null>;
  /** Waits until a capture whose id was handed out is committed (an exchange just ending included); null: there is none. */
  get(id: string): Promise<Capture | null>;
  count(): Promise<{ captures: number; failures: number }>;
  /** Removes everything older than that, or, without it, what the retention settings no longer keep. */
  prune(options?: { readonly olderThanMs?: number }): Promise<{ removed: number }>;
  lastUsed(): Promise<LastUsed>;
  /** Statistics, which outlive the captures; everything finished so far is among them. */
  usage(query: UsageQuery): Promise<UsageSum[]>;
  /** What is under way to the disk just now, and what was left out since the start because it could not follow. */
  readonly queue: { readonly batches: number; readonly bytes: number; readonly leftOut: LeftOut };
  /** Calls back for each exchange that began or ended, in batches; returns what ends it. */
  subscribe(listener: (row: CaptureRow) => void): () => void;
  /** What was spent so far, in this run and before; known at once, also before it is committed. */
  readonly spend: Spend;
  /** What a person should know: a damaged file, a full disk, bodies being left out. */
  readonly notices: readonly Notice[];
  /** Gives memory back that a burst needed: nothing goes on now. */
  rest(): void;
  /** Resolves when everything finished so far is committed. */
  flush(): Promise<void>;
  /** Resolves when everything committed is compressed and indexed too. */
  settle(): Promise<void>;
  /** Commits what is finished, marks nothing, ends the worker. Resolves in at most ten seconds. */
  close(): Promise<void>;
}

const WINDOW_MS = 15;
/**
 * An exchange that runs longer than this gets a row before its end, so that a crash leaves a trace of it. Most are over
 * sooner and are written once: with many at a time, rows of the running would otherwise outnumber those of the done.
 */
const RUNNING_ROW_AFTER_MS = 27;
/**
 * Exchanges that are over are packed so many at a time, or when the window closes. A client that sends its next request
 * as soon as it has its answer would otherwise wait each time until the last exchange is packed.
 */
const PACKED_AT_ONCE = 16;
/** However many end in one turn: what is not packed is not bounded otherwise. */
const MOST_UNPACKED = 256;
const MAX_QUEUE_BYTES = 48 * 1024 * 1024;
const KEPT_BUFFERS = 4;
/** How long `get` waits for an exchange that is still running: its id may be read a moment before its end. */
const END_WAIT_MS = 300;
const CLOSE_WAIT_MS = 10_000;
/** A worker that is not up by then (a disk that hangs) must not keep the gateway from starting. */
const READY_WAIT_MS = 5_000;
const RESTART_PAUSE_MS = 200;
/** A batch that was under way at so many deaths of the worker is given up. */
const MOST_TRIES = 3;
const DAY_MS = 86_400_000;
const DEFAULT_SETTINGS: RecorderSettings = {
  captureBodyBytes: 1024 * 1024,
  retention: { maxAgeDays: 30, failureMaxAgeDays: 90, maxSizeMb: 1024 },
};

export interface LeftOut {
  readonly bodies: number;
  readonly rows: number;
}

interface Used {
  readonly apps: Map<string, number>;
  readonly gatewayKeys: Map<string, number>;
  readonly keys: Map<string, number>;
}

function noUse(): Used {
  return { apps: new Map(), gatewayKeys: new Map(), keys: new Map() };
}

function entriesOf({ apps, gatewayKeys, keys }: Used): LastUsedEntry[] {
  const entries: LastUsedEntry[] = [];
  for (const [id, at] of apps) entries.push([`a:${id}`, at]);
  for (const [id, at] of gatewayKeys) entries.push([`g:${id}`, at]);
  for (const [id, at] of keys) entries.push([`k:${id}`, at]);
  return entries;
}

/** An exchange that is over. */
interface Ended {
  readonly exchange: Exchange;
  /** It has run for so long that it has a row as one that runs. */
  readonly hadRow: boolean;
  readonly share: SpendShare | undefined;
}

interface Underway {
  readonly batch: Batch;
  readonly lastUsed: readonly LastUsedEntry[];
  readonly spent: readonly SpendEntry[];
  readonly templates: readonly TemplateText[];
  readonly usage: UsageBatch;
  tries: number;
}

interface Call {
  readonly request: WorkerRequest;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Resolves when captures.db is open and takes captures: what is recorded before would be lost in a crash, however long
 * the opening takes. Never rejects; what stands in the way is among the notices.
 */
export async function createRecorder(options: RecorderOptions): Promise<Recorder> {
  const recorder = new BatchingRecorder(options);
  await recorder.ready;
  return recorder;
}

class BatchingRecorder implements Recorder {
  readonly ready: Promise<void>;
  private becomeReady: () => void = () => undefined;
  private readonly options: RecorderOptions;
  private readonly clock: () => number;
  private readonly maxQueueBytes: number;
  private worker: Worker | undefined;
  private batch: Batch;
  readonly spend = new SpendBook();
  private spendLoaded = false;
  private readonly book: TemplateBook;
  private readonly meter: UsageMeter;
  /** Tells the batches of this process from those of others. */
  private readonly run = randomUUID();
  /** Usage of batches that were given up. */
  private owedUsage: UsageEntry[] = [];
  private timer: NodeJS.Timeout | undefined;
  private readonly onWindow = () => this.send(performance.now() - RUNNING_ROW_AFTER_MS);
  private readonly running = new RunningExchanges();
  /** At the end of the turn, when its answers are on their way. */
  private readonly onPacking = () => this.catchUp();
  /** Over, and not packed yet. */
  private readonly finished: Ended[] = [];
  private readonly decoding = new Map<string, Promise<void>>();
  private readonly endWaiters = new Map<string, (() => void)[]>();
  private readonly underway = new Map<number, Underway>();
  private underwayBytes = 0;
  private sequence = 0;
  private readonly spare: SharedArrayBuffer[] = [];
  private readonly calls = new Map<number, Call>();
  private callNumber = 0;
  private readonly commitWaiters: { sequence: number; resolve: () => void }[] = [];
  /** Time of the latest exchange by id. Three maps, as putting a prefix before each id costs more than the rest. */
  private used: Used = noUse();
  private readonly listeners = new Set<(row: CaptureRow) => void>();
  private news: { id: string; state: StateCode; row: RowTuple }[] = [];
  private readonly noticeById = new Map<string, Notice>();
  private retention: RecorderSettings['retention'] | undefined;
  private restarts = 0;
  private failedStarts = 0;
  private closing: Promise<void> | undefined;
  private ended = false;
  private leftOut = { bodies: 0, rows: 0 };

  constructor(options: RecorderOptions) {
    this.options = options;
    this.clock = options.clock ?? Date.now;
    this.maxQueueBytes = options.maxQueueBytes ?? MAX_QUEUE_BYTES;
    this.batch = new Batch();
    this.meter = options.meter ?? new UsageMeter();
    // Numbers that no earlier run has used, whatever it left behind.
    this.book = new TemplateBook(options.redactor, Date.now() * 1000, () => this.retireTemplates());
    this.ready = new Promise((resolve) => {
      const timer = setTimeout(resolve, READY_WAIT_MS);
      this.becomeReady = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.startWorker();
  }

  get notices(): readonly Notice[] {
    return [...this.noticeById.values()];
  }

  begin(exchange: Exchange): void {
    if (this.ended) return;
    this.running.add(exchange, performance.now());
    this.timer ??= setTimeout(this.onWindow, WINDOW_MS);
  }

  finish(exchange: Exchange): void {
    if (this.ended) return;
    // From now on it is not given the row of one that runs: that one would stand, were its own left out later.
    const hadRow = this.running.end(exchange);
    this.finished.push({ exchange, hadRow, share: this.spend.count(exchange) });
    if (this.finished.length === PACKED_AT_ONCE) setImmediate(this.onPacking);
    else if (this.finished.length >= MOST_UNPACKED) this.catchUp();
    else this.timer ??= setTimeout(this.onWindow, WINDOW_MS);
  }

  catchUp(): void {
    for (let ended = this.finished.shift(); ended; ended = this.finished.shift()) {
      try {
        this.record(ended);
      } catch (error) {
        this.lose(ended, error);
      }
    }
  }

  /** What could not be recorded is counted all the same. */
  private lose({ exchange, share }: Ended, error: unknown): void {
    this.fault(error, exchange);
    this.meter.note(exchange);
    this.spend.note(share);
  }

  private record(ended: Ended): void {
    const { exchange } = ended;
    const { id } = exchange;
    this.noteUse(exchange);
    const coded = this.codedBodies(exchange);
    const decoded = new Map<TappedBody, DecodedBody>();
    let later: Promise<void>[] | undefined;
    for (const { tap, coding, bytes } of coded) {
      const bound = this.settings().captureBodyBytes;
      const now = decodeNow(bytes, coding, bound);
      if (now) decoded.set(tap, now);
      else {
        later ??= [];
        later.push(decodeLater(bytes, coding, bound).then((result) => void decoded.set(tap, result)));
      }
    }
    if (!later) {
      this.put(ended, decoded);
      return;
    }
    const done = Promise.all(later)
      .then(() => this.put(ended, decoded))
      .catch((error) => this.lose(ended, error))
      .finally(() => this.decoding.delete(id));
    this.decoding.set(id, done);
  }

  private put({ exchange, hadRow, share }: Ended, decoded: ReadonlyMap<TappedBody, DecodedBody>): void {
    const { id } = exchange;
    if (exchange.recording === 'off') {
      if (hadRow) packErasure(this.batch, id, captureNumber(id) as number);
    } else {
      this.book.refresh();
      this.pack(exchange, STATE.done, decoded);
    }
    // With the batch that holds its capture: what a crash loses, it loses of both.
    this.meter.note(exchange);
    this.spend.note(share);
    this.wakeWaiters(id);
    if (this.batch.length >= FULL_BATCH_BYTES) this.handOver(performance.now() - RUNNING_ROW_AFTER_MS);
    else if (this.batch.length > 0 || this.meter.hasPending || this.spend.changed)
      this.timer ??= setTimeout(this.onWindow, WINDOW_MS);
  }

  private pack(exchange: Exchange, state: StateCode, decoded?: ReadonlyMap<TappedBody, DecodedBody>): void {
    const number = captureNumber(exchange.id);
    if (number === undefined) throw new Error(`${exchange.id} is no capture id`);
    const outstanding = this.underwayBytes + this.batch.length;
    if (outstanding > this.maxQueueBytes * 2) {
      this.leftOut.rows++;
      this.overflow();
      return;
    }
    const full = outstanding > this.maxQueueBytes;
    if (full) {
      this.leftOut.bodies++;
      this.overflow();
    }
    const before = this.batch.length;
    try {
      const row = packExchange(this.batch, exchange, number, state, {
        redactor: this.options.redactor,
        maxBodyBytes: this.settings().captureBodyBytes,
        decoded,
        book: this.book,
        leaveOut: full ? 'queue-full' : state === STATE.running ? 'running' : undefined,
      });
      if (this.listeners.size > 0) this.news.push({ id: exchange.id, state, row });
    } catch (error) {
      // Half a record would spoil the batch, and might not be redacted yet.
      this.batch.erase(before);
      throw error;
    }
  }

  /** Hands over what is finished; exchanges that began before then and are still running get their row with it. */
  private send(begunBefore = Number.POSITIVE_INFINITY): void {
    this.catchUp();
    this.handOver(begunBefore);
  }

  /** The batch as it is: what is not packed yet goes with the next one. */
  private handOver(begunBefore: number): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const waiting = this.running.giveRows(begunBefore, (exchange) => {
      if (exchange.recording === 'off') return;
      try {
        this.pack(exchange, STATE.running);
      } catch (error) {
        this.fault(error, exchange);
      }
    });
    if (waiting) this.timer ??= setTimeout(this.onWindow, WINDOW_MS);
    this.sendPolicy();
    if (this.batch.length > 0 || this.meter.hasPending || this.owedUsage.length > 0 || this.spend.changed) {
      const lastUsed = entriesOf(this.used);
      this.used = noUse();
      this.sequence++;
      const templates = this.book.unsent;
      this.book.unsent = [];
      const entries = [...this.owedUsage, ...this.meter.take()];
      this.owedUsage = [];
      const usage = { run: this.run, sequence: this.sequence, entries };
      this.underway.set(this.sequence, {
        batch: this.batch,
        lastUsed,
        spent: this.spend.takeChanged(),
        templates,
        usage,
        tries: 0,
      });
      this.underwayBytes += this.batch.length;
      this.post(this.sequence);
      this.batch = new Batch(this.spare.pop());
    }
    this.tellListeners();
  }

  private post(sequence: number): void {
    const underway = this.underway.get(sequence);
    if (!underway || !this.worker) return;
    const { batch, lastUsed, spent, templates, usage } = underway;
    underway.tries++;
    this.worker.postMessage({
      type: 'batch',
      sequence,
      memory: batch.memory,
      length: batch.length,
      lastUsed,
      spent,
      templates,
      usage,
    });
  }

  /**
   * The book starts anew: what was packed so far goes first, so that the worker may let go of the old templates as soon
   * as it has settled that.
   */
  private retireTemplates(): void {
    if (this.batch.length > 0) this.handOver(Number.NEGATIVE_INFINITY);
    this.worker?.postMessage({ type: 'retire' });
  }

  private sendPolicy(): void {
    const { retention } = this.settings();
    if (retention === this.retention || JSON.stringify(retention) === JSON.stringify(this.retention)) return;
    this.retention = retention;
    this.worker?.postMessage({ type: 'retention', policy: policyOf(retention) });
  }

  private settings(): RecorderSettings {
    return this.options.settings?.() ?? DEFAULT_SETTINGS;
  }

  private tellListeners(): void {
    const news = this.news;
    if (news.length === 0) return;
    this.news = [];
    for (const { id, state, row } of news) {
      const line = rowFromTuple(id, state, row);
      for (const listener of this.listeners) {
        try {
          listener(line);
        } catch (error) {
          this.options.onFault?.(error);
        }
      }
    }
  }

  private noteUse(exchange: Exchange): void {
    if (exchange.origin) return;
    const { caller, receivedAt } = exchange;
    if (caller) {
      this.used.apps.set(caller.appId, receivedAt);
      this.used.gatewayKeys.set(caller.gatewayKeyId, receivedAt);
    }
    for (const attempt of exchange.attempts) if (attempt.key) this.used.keys.set(attempt.key.id, receivedAt);
  }

  private codedBodies(exchange: Exchange): { tap: TappedBody; coding: string; bytes: Buffer }[] {
    const coded: { tap: TappedBody; coding: string; bytes: Buffer }[] = [];
    if (exchange.recording !== 'full') return coded;
    const look = (tap: TappedBody | 'same' | undefined, headers: readonly string[] | undefined) => {
      if (!tap || tap === 'same' || tap.keptBytes === 0 || !headers) return;
      const coding = headerOf(headers, 'content-encoding');
      if (coding === undefined || codingsOf(coding).length === 0) return;
      coded.push({
        tap,
        coding,
        bytes: tap.chunks.length === 1 ? (tap.chunks[0] as Buffer) : Buffer.concat(tap.chunks),
      });
    };
    look(exchange.request.body, exchange.request.rawHeaders);
    for (const attempt of exchange.attempts) {
      look(attempt.requestBody, attempt.requestHeaders);
      look(attempt.responseBody, attempt.responseHeaders);
    }
    look(exchange.answer?.body, exchange.answer?.headers);
    return coded;
  }

  // The worker's side

  private startWorker(): void {
    if (sqliteMissing()) {
      this.notice({
        id: 'captures-no-sqlite',
        level: 'error',
        sentence: `Nothing is recorded: ${sqliteMissing()}`,
        next: null,
      });
      this.ended = true;
      this.becomeReady();
      return;
    }
    this.retention = this.settings().retention;
    const data: WorkerOptions = {
      file: this.options.file,
      retention: policyOf(this.retention),
      again: this.restarts > 0,
    };
    const worker = (this.options.startWorker ?? takeCaptureThread)();
    this.worker = worker;
    worker.on('message', (message: FromWorker) => this.hear(message));
    worker.on('error', (error) => this.options.onFault?.(error));
    worker.on('exit', () => this.workerEnded(worker));
    worker.postMessage({ type: 'open', options: data });
  }

  private hear(message: FromWorker): void {
    switch (message.type) {
      case 'ready':
        this.options.ids?.raiseTo(message.highest);
        // A thread that is started again reads what this one has counted already.
        if (!this.spendLoaded) this.spend.load(message.spent);
        this.spendLoaded = true;
        this.failedStarts = 0;
        this.becomeReady();
        return;
      case 'committed':
        this.committed(message.sequence, message.droppedBodies, message.droppedRows);
        return;
      case 'reply': {
        const call = this.calls.get(message.call);
        this.calls.delete(message.call);
        if (message.error === undefined) call?.resolve(message.value);
        else call?.reject(new Error(message.error));
        return;
      }
      case 'notice':
        this.notice(message.notice);
        return;
      case 'notice-over':
        this.noticeById.delete(message.id);
    }
  }

  private committed(sequence: number, droppedBodies: number, droppedRows: number): void {
    const underway = this.underway.get(sequence);
    if (!underway) return;
    this.underway.delete(sequence);
    this.underwayBytes -= underway.batch.length;
    this.leftOut.bodies += droppedBodies;
    this.leftOut.rows += droppedRows;
    if (underway.batch.reusable && this.spare.length < KEPT_BUFFERS) this.spare.push(underway.batch.memory);
    if (this.underwayBytes === 0) this.noticeById.delete('captures-queue');
    this.wakeCommitWaiters();
  }

  private wakeCommitWaiters(): void {
    const [first] = this.underway.keys();
    const waiting = this.commitWaiters.splice(0);
    for (const waiter of waiting) {
      if (first === undefined || waiter.sequence < first) waiter.resolve();
      else this.commitWaiters.push(waiter);
    }
  }

  private workerEnded(worker: Worker): void {
    if (worker !== this.worker) return;
    this.worker = undefined;
    if (this.ended) {
      this.giveUp('The captures are closed.');
      return;
    }
    this.notice({
      id: 'captures-restarted',
      level: 'warning',
      sentence: 'The part that writes captures stopped unexpectedly and was started again.',
      next: null,
    });
    for (const [sequence, { tries, batch, templates, usage }] of this.underway) {
      if (tries < MOST_TRIES) continue;
      // Later records may be written like them all the same.
      this.book.unsent.unshift(...templates);
      this.owedUsage.push(...usage.entries);
      this.underway.delete(sequence);
      this.underwayBytes -= batch.length;
      this.leftOut.rows += batch.records;
    }
    this.wakeCommitWaiters();
    const restart = () => {
      if (this.ended) return;
      this.startWorker();
      for (const sequence of this.underway.keys()) this.post(sequence);
      for (const [call, { request }] of this.calls) this.worker?.postMessage({ type: 'call', call, request });
    };
    this.restarts++;
    setTimeout(restart, Math.min(5_000, RESTART_PAUSE_MS * 2 ** this.failedStarts++));
  }

  private giveUp(sentence: string): void {
    for (const { reject } of this.calls.values()) reject(new Error(sentence));
    this.calls.clear();
    this.underway.clear();
    this.underwayBytes = 0;
    this.wakeCommitWaiters();
  }

  private notice(notice: Notice): void {
    this.noticeById.set(notice.id, notice);
  }

  private overflow(): void {
    const { bodies, rows } = this.leftOut;
    this.notice({
      id: 'captures-queue',
      level: 'warning',
      sentence: `Captures come faster than the disk takes them: ${bodies} without bodies${rows > 0 ? `, ${rows} not at all` : ''} so far.`,
      next: 'Recording goes back to normal by itself. To record less, switch bodies off for a busy app or route.',
    });
  }

  private fault(error: unknown, exchange: Exchange): void {
    this.running.end(exchange);
    this.leftOut.rows++;
    this.wakeWaiters(exchange.id);
    this.notice({
      id: 'captures-fault',
      level: 'error',
      sentence: `An exchange could not be recorded (${error instanceof Error ? error.name : 'unknown fault'}); ${this.leftOut.rows} so far.`,
      next: null,
    });
    this.options.onFault?.(error);
  }

  // Reading

  private call(request: WorkerRequest): Promise<unknown> {
    if (this.ended) return Promise.reject(new Error(this.closedSentence()));
    return new Promise((resolve, reject) => {
      const call = ++this.callNumber;
      this.calls.set(call, { request, resolve, reject });
      this.worker?.postMessage({ type: 'call', call, request });
    });
  }

  private closedSentence(): string {
    return sqliteMissing() ?? 'The captures are closed.';
  }

  async list(query: CaptureQuery): Promise<CaptureRow[]> {
    this.send();
    // Checked here, and not by the thread that lists: what checks would take 3 MB there.
    return (await this.call({ method: 'list', query: captureQuerySchema.parse(query) })) as CaptureRow[];
  }

  async get(id: string): Promise<Capture | null> {
    this.catchUp();
    await this.decoding.get(id);
    if (this.running.get(id)) await this.endOf(id);
    this.send();
    return (await this.call({ method: 'get', id })) as Capture | null;
  }

  async import(items: readonly ImportItem[]): Promise<Imported[]> {
    this.send();
    const { given, rows } = packImports(items, {
      redactor: this.options.redactor,
      maxBodyBytes: this.settings().captureBodyBytes,
      at: this.clock(),
    });
    const added = new Set((await this.call({ method: 'import', given })) as string[]);
    if (this.listeners.size > 0) this.news.push(...rows.filter(({ id }) => added.has(id)));
    this.tellListeners();
    return rows.map(({ id }) => ({ id, added: added.has(id) }));
  }

  async importedConfig(id: string): Promise<ImportedConfig | null> {
    return (await this.call({ method: 'importedConfig', id })) as ImportedConfig | null;
  }

  private endOf(id: string): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, END_WAIT_MS);
      const waiters = this.endWaiters.get(id) ?? [];
      waiters.push(() => {
        clearTimeout(timer);
        resolve();
      });
      this.endWaiters.set(id, waiters);
    });
  }

  private wakeWaiters(id: string): void {
    if (this.endWaiters.size === 0) return;
    for (const wake of this.endWaiters.get(id) ?? []) wake();
    this.endWaiters.delete(id);
  }

  async count(): Promise<{ captures: number; failures: number }> {
    this.send();
    return (await this.call({ method: 'count' })) as { captures: number; failures: number };
  }

  async prune(options: { readonly olderThanMs?: number } = {}): Promise<{ removed: number }> {
    this.send();
    // Templates hold pieces of exchanges; those that are to go must not live on in them.
    this.book.forget();
    const beforeMs = options.olderThanMs === undefined ? undefined : this.clock() - options.olderThanMs + 1;
    return { removed: (await this.call({ method: 'prune', beforeMs })) as number };
  }

  async lastUsed(): Promise<LastUsed> {
    this.catchUp();
    const stored = (await this.call({ method: 'lastUsed' })) as Record<string, number>;
    for (const { lastUsed } of this.underway.values()) for (const [key, at] of lastUsed) stored[key] = at;
    for (const [key, at] of entriesOf(this.used)) stored[key] = at;
    const used = {
      apps: new Map<string, string>(),
      gatewayKeys: new Map<string, string>(),
      keys: new Map<string, string>(),
    };
    for (const [key, at] of Object.entries(stored)) {
      const map = key.startsWith('a:') ? used.apps : key.startsWith('g:') ? used.gatewayKeys : used.keys;
      map.set(key.slice(2), new Date(at).toISOString());
    }
    return used;
  }

  async usage(query: UsageQuery): Promise<UsageSum[]> {
    this.send();
    return (await this.call({ method: 'usage', query })) as UsageSum[];
  }

  get queue() {
    return { batches: this.underway.size, bytes: this.underwayBytes + this.batch.length, leftOut: { ...this.leftOut } };
  }

  subscribe(listener: (row: CaptureRow) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  rest(): void {
    this.spare.length = 0;
    if (this.batch.length === 0) this.batch = new Batch();
    this.worker?.postMessage({ type: 'rest' });
  }

  async flush(): Promise<void> {
    this.catchUp();
    await Promise.all(this.decoding.values());
    this.send();
    if (this.underway.size === 0) return;
    const { sequence } = this;
    await new Promise<void>((resolve) => this.commitWaiters.push({ sequence, resolve }));
  }

  async settle(): Promise<void> {
    await this.flush();
    await this.call({ method: 'settle' });
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    if (this.ended) return;
    const { worker } = this;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), CLOSE_WAIT_MS);
    });
    const orderly = this.flush()
      .then(() => this.call({ method: 'close' }))
      .catch((error) => this.options.onFault?.(error));
    await Promise.race([orderly, late]);
    clearTimeout(timer);
    clearTimeout(this.timer);
    this.ended = true;
    await (this.worker ?? worker)?.terminate();
    this.giveUp('The captures are closed.');
  }
}

function policyOf(retention: RecorderSettings['retention']): RetentionPolicy {
  return {
    maxAgeMs: retention.maxAgeDays * DAY_MS,
    failureMaxAgeMs: retention.failureMaxAgeDays * DAY_MS,
    maxSizeBytes: retention.maxSizeMb * 1024 * 1024,
  };
}

function headerOf(headers: readonly string[], name: string): string | undefined {
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const candidate = headers[at] as string;
    if (candidate.length === name.length && candidate.toLowerCase() === name) return headers[at + 1];
  }
  return undefined;
}
