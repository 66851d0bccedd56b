/** Captures on their way out, in each of the forms, one at a time: however many are asked for, one is in memory. */
import type { Capture } from '../captures/capture.ts';
import { rescanCapture } from '../captures/rescan.ts';
import type { EXPORT_FORMATS } from '../control/contract/transfer.ts';
import { BUNDLE_ENDING, BUNDLE_MEDIA_TYPE } from './bundle-format.ts';
import { type PortableFor, portableConfig } from './portable-config.ts';
import { signingKeyOf } from './signing-key.ts';
import type { TransferDeps } from './transfer-deps.ts';
import { TransferError } from './transfer-error.ts';
import { type BundleEntry, writeBundle } from './write-bundle.ts';
import { writeCurl } from './write-curl.ts';
import { HAR_END, harEntries, harHead } from './write-har.ts';
import { writeSupport } from './write-support.ts';

export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface Export {
  readonly fileName: string;
  readonly mediaType: string;
  /** Whether the bytes are UTF-8. */
  readonly text: boolean;
  readonly chunks: AsyncIterable<Buffer>;
  /** Runs of the captures asked for that went along with them; known once all chunks were read. */
  readonly linked: () => number;
}

const FILES: Readonly<Record<ExportFormat, { readonly ending: string; readonly mediaType: string }>> = {
  bundle: { ending: BUNDLE_ENDING, mediaType: BUNDLE_MEDIA_TYPE },
  har: { ending: '.har', mediaType: 'application/json' },
  curl: { ending: '.sh', mediaType: 'text/x-shellscript' },
  support: { ending: '.md', mediaType: 'text/markdown' },
};
/** Replays and probes of one capture that go with it. */
const MOST_LINKED = 100;

/** Rejects with a TransferError where one of the captures is not there; later only while `chunks` is read. */
export async function exportCaptures(
  deps: TransferDeps,
  ids: readonly string[],
  format: ExportFormat,
): Promise<Export> {
  const wanted = [...new Set(ids)];
  const first = await captureOf(deps, wanted[0] ?? '');
  const { ending, mediaType } = FILES[format];
  const name = wanted.length === 1 ? first.id : `keyward-${first.time.slice(0, 10)}-${wanted.length}`;
  const entries = new BundleEntries(deps, wanted);
  const chunks =
    format === 'bundle'
      ? writeBundle(entries.read(), {
          redactor: deps.replay.redactor,
          signingKey: await signingKeyOf(deps.store.home),
          madeAt: new Date(deps.now()).toISOString(),
          madeBy: deps.version,
        })
      : textChunks(deps, wanted, format);
  return { fileName: `${name}${ending}`, mediaType, text: format !== 'bundle', chunks, linked: () => entries.linked };
}

async function* textChunks(
  deps: TransferDeps,
  ids: readonly string[],
  format: Exclude<ExportFormat, 'bundle'>,
): AsyncGenerator<Buffer> {
  const { redactor } = deps.replay;
  const gatewayUrl = deps.gatewayUrl();
  const clean = (text: string) => Buffer.from(redactor.redactText(text, 'export').text);
  if (format === 'har') yield Buffer.from(harHead({ version: deps.version, gatewayUrl }));
  let separator = '';
  for (const id of ids) {
    const { capture } = rescanCapture(await captureOf(deps, id), redactor);
    if (format === 'har') {
      for (const entry of harEntries(capture, gatewayUrl)) {
        yield clean(`${separator}${JSON.stringify(entry)}`);
        separator = ',\n';
      }
      continue;
    }
    const text = format === 'curl' ? writeCurl(capture, gatewayUrl) : writeSupport(capture, await deps.explain(id));
    yield clean(`${separator}${text}`);
    separator = format === 'curl' ? '\n' : '\n---\n\n';
  }
  if (format === 'har') yield Buffer.from(HAR_END);
}

/** Each capture with what came from it; what is asked for by name does not come twice. */
class BundleEntries {
  linked = 0;
  private readonly deps: TransferDeps;
  private readonly ids: readonly string[];

  constructor(deps: TransferDeps, ids: readonly string[]) {
    this.deps = deps;
    this.ids = ids;
  }

  async *read(): AsyncGenerator<BundleEntry> {
    const { deps, ids } = this;
    const given = new Set(ids);
    const configs = new CaptureConfigs(deps);
    for (const id of ids) {
      const capture = await captureOf(deps, id);
      yield { capture, explanation: await deps.explain(id), config: await configs.of(capture), linked: false };
      for (const row of await deps.recorder.list({ of: id, limit: MOST_LINKED })) {
        if (given.has(row.id)) continue;
        given.add(row.id);
        const run = await deps.recorder.get(row.id);
        if (!run) continue;
        this.linked += 1;
        yield { capture: run, explanation: null, config: await configs.of(run), linked: true };
      }
    }
  }
}

async function captureOf({ recorder }: TransferDeps, id: string): Promise<Capture> {
  const capture = await recorder.get(id);
  if (capture) return capture;
  throw new TransferError(
    `There is no capture "${id.slice(0, 40)}" here.`,
    'It may have been pruned; `keyward captures list` shows those that are kept.',
    'not-found',
  );
}

type ConfigDeps = Pick<TransferDeps, 'recorder' | 'store' | 'replay'>;

/** Configurations of their time, as they may leave; neighbours in time mostly share one. */
export class CaptureConfigs {
  private readonly deps: ConfigDeps;
  private readonly texts = new Map<string, string | null>();

  constructor(deps: ConfigDeps) {
    this.deps = deps;
  }

  /** JSON text; null where it is not known any more. */
  async of(capture: Capture): Promise<string | null> {
    const { recorder, replay } = this.deps;
    const imported = await recorder.importedConfig(capture.id);
    if (imported) return imported.document;
    const names: PortableFor = {
      appId: capture.appId,
      gatewayKeyIds: gatewayKeysOf(capture),
      providerKeyIds: new Set(capture.attemptList.flatMap(({ key }) => (key ? [key.id] : []))),
      routeNames: new Set(capture.routeName === null ? [] : [capture.routeName]),
      fingerprint: replay.fingerprint,
    };
    const { gatewayKeyIds, providerKeyIds, routeNames } = names;
    const name = JSON.stringify([
      capture.configVersion,
      names.appId,
      ...[gatewayKeyIds, providerKeyIds, routeNames].map((one) => [...one]),
    ]);
    let text = this.texts.get(name);
    if (text === undefined) {
      text = await this.portable(capture.configVersion, names);
      if (this.texts.size > 32) this.texts.clear();
      this.texts.set(name, text);
    }
    return text;
  }

  private async portable(version: number, names: PortableFor): Promise<string | null> {
    const { store } = this.deps;
    const snapshot = store.snapshot.version === version ? store.snapshot : await store.versionAt(version);
    return snapshot && JSON.stringify(portableConfig(snapshot.document, names));
  }
}

/** Also a key that was refused is needed to refuse it again. */
function gatewayKeysOf(capture: Capture): Set<string> {
  const ids = new Set<string>();
  if (capture.gatewayKeyId !== null) ids.add(capture.gatewayKeyId);
  for (const step of capture.steps) {
    const credentials = step.input?.credentials;
    if (!Array.isArray(credentials)) continue;
    for (const one of credentials as { id?: unknown }[]) if (typeof one?.id === 'string') ids.add(one.id);
  }
  return ids;
}
