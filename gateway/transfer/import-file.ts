/** A file from elsewhere becomes captures here: what it is shows in its content. Either all of it is fit, or nothing is kept. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Capture } from '../captures/capture.ts';
import { captureIdAt, captureNumber, captureNumberTimeMs } from '../captures/capture-id.ts';
import type { ImportItem } from '../captures/pack-imports.ts';
import type { Imported } from '../control/contract/transfer.ts';
import { parseJson } from '../dialects/canonical/json.ts';
import type { Conversation } from './conversation.ts';
import { judgeConversation } from './judge-conversation.ts';
import { portableConfig } from './portable-config.ts';
import { checkBundle, isGzip, readBundle } from './read-bundle.ts';
import { isCurl, readCurl } from './read-curl.ts';
import { type HarEntry, isHar, readHar } from './read-har.ts';
import { readRecord, recordsIn } from './read-records.ts';
import type { TransferDeps } from './transfer-deps.ts';
import { TransferError } from './transfer-error.ts';

/** So many are packed and handed over at once. */
const CHUNK = 50;
/** Clocks differ a little; ids from further ahead would push those of this home before them. */
const MOST_AHEAD_MS = 60_000;

/** Rejects with a TransferError, and nothing kept, where the file cannot be taken. */
export async function importFile(deps: TransferDeps, bytes: Buffer): Promise<Imported> {
  if (bytes.length === 0)
    throw new TransferError('This file is empty.', 'Give a bundle, a HAR file, a curl command or failure records.');
  if (isGzip(bytes)) return importBundle(deps, bytes);
  const text = decode(bytes);
  if (/^\s*\{"keyward":"bundle"/.test(text)) return importBundle(deps, gzipSync(text));
  const whole = parseJson(text);
  if (whole !== undefined && isHar(whole)) return importConversations(deps, 'har', readHar(whole));
  if (whole === undefined && isCurl(text)) {
    const commands = readCurl(text);
    return importConversations(
      deps,
      'curl',
      commands.map((read, index) => ({ name: `command ${index + 1}`, read })),
    );
  }
  const records = recordsIn(text, whole);
  if (records) return importConversations(deps, 'records', records.map(readRecord));
  throw new TransferError(
    'This is neither a bundle, nor a HAR file, nor a curl command, nor a failure record.',
    whole === undefined && /^\s*[[{]/.test(text)
      ? 'It begins like JSON but is not whole; get the file again.'
      : 'Save a HAR file in the browser’s network panel, or have a bundle made with `keyward captures export`.',
  );
}

async function importBundle(deps: TransferDeps, bytes: Buffer): Promise<Imported> {
  await checkBundle(bytes);
  const renamed = new Map<string, string>();
  const configs = new Map<string, string>();
  const captures: Imported['captures'] = [];
  let waiting: { item: ImportItem; capture: Capture; from: string; linked: boolean }[] = [];
  const keep = async () => {
    const kept = await deps.recorder.import(waiting.map(({ item }) => item));
    for (const [index, { id, added }] of kept.entries()) {
      const { capture, from, linked } = waiting[index] as (typeof waiting)[number];
      captures.push({ id, from, ok: capture.ok, message: capture.message, added, linked });
    }
    waiting = [];
  };
  for await (const item of readBundle(bytes)) {
    if (item.kind === 'config') {
      configs.set(item.digest, item.text);
      continue;
    }
    const capture = ofElsewhere(item.capture, renamed, deps.now());
    const config = item.config === null ? null : (configs.get(item.config) ?? null);
    waiting.push({ item: { record: { capture }, config }, capture, from: item.capture.id, linked: item.linked });
    if (waiting.length >= CHUNK) await keep();
  }
  if (waiting.length > 0) await keep();
  return { format: 'bundle', captures, skipped: [], signature: 'good' };
}

/** As it was there, but for its origin: what came from another capture still does. */
function ofElsewhere(capture: Capture, renamed: Map<string, string>, nowMs: number): Capture {
  const ahead = captureNumberTimeMs(captureNumber(capture.id) as number) > nowMs + MOST_AHEAD_MS;
  const id = ahead ? captureIdAt(nowMs, createHash('sha256').update(capture.id).digest()) : capture.id;
  if (ahead) renamed.set(capture.id, id);
  const { origin } = capture;
  const of = origin?.of === undefined ? undefined : (renamed.get(origin.of) ?? origin.of);
  const kept = origin && of !== undefined ? { ...origin, of } : origin;
  return { ...capture, id, origin: kept ?? { kind: 'import' } };
}

async function importConversations(
  deps: TransferDeps,
  format: Imported['format'],
  entries: readonly HarEntry[],
): Promise<Imported> {
  const { store, replay, now } = deps;
  const own = new URL(deps.gatewayUrl());
  const options = {
    providers: store.snapshot.document.providers,
    captureBodyBytes: store.snapshot.settings.captureBodyBytes,
    classify: replay.classify,
    nowMs: now(),
    isOwn: (url: URL) => url.port === own.port && /^(?:127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname),
    ownConfig: portableConfig(store.snapshot.document, {
      appId: null,
      gatewayKeyIds: new Set(),
      providerKeyIds: new Set(),
      routeNames: new Set(),
      fingerprint: replay.fingerprint,
    }),
  };
  const skipped: Imported['skipped'] = [];
  const judged: { item: ReturnType<typeof judgeConversation>; name: string }[] = [];
  for (const { name, read } of entries) {
    if ('skipped' in read) skipped.push({ entry: name, sentence: read.skipped });
    else judged.push({ item: judgeConversation(read satisfies Conversation, { ...options, salt: name }), name });
  }
  if (judged.length === 0) {
    const [first] = skipped;
    throw new TransferError(
      `Nothing in this file can be taken in${first ? ` (${first.entry.slice(0, 80)}: ${first.sentence.replace(/\.$/, '')})` : ''}.`,
      'Record the failing request again, with its answer.',
    );
  }
  const kept = await deps.recorder.import(judged.map(({ item }) => item));
  const captures: Imported['captures'] = [];
  for (const [index, { id, added }] of kept.entries()) {
    const { item, name } = judged[index] as (typeof judged)[number];
    const verdict = 'exchange' in item.record ? item.record.exchange.verdict : undefined;
    captures.push({ id, from: name, ok: verdict?.ok ?? false, message: verdict?.message ?? '', added });
  }
  return { format, captures, skipped, signature: 'none' };
}

function decode(bytes: Buffer): string {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  const text = bytes.toString(utf16 ? 'utf16le' : 'utf8').replace(/^\ufeff/, '');
  if (text.includes('\0')) {
    throw new TransferError(
      'This is no text, and no bundle.',
      'Give a bundle, a HAR file, a curl command or failure records.',
    );
  }
  return text;
}
