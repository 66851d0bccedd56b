/**
 * Which document a home opens with, whatever state `keyward.json` is in. Decides and sets files aside; writing the
 * outcome is the store's. Nothing is ever thrown away: what cannot be used is kept under another name.
 */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { DocumentFile } from './document-file.ts';
import { randomId } from './ids.ts';
import type { Notice } from './notice.ts';
import { type Document, SCHEMA_VERSION, settingsSchema } from './schema.ts';
import { StoreError } from './store-error.ts';
import type { VersionHistory } from './version-history.ts';

export interface Loaded {
  readonly document: Document;
  /** The document that the change below is compared with in the audit trail. */
  readonly basis: Document;
  /** Set when what was loaded is not what the file holds, and so has to be written as a new version. */
  readonly change?: { readonly actor: string; readonly action: string; readonly subject: string };
  readonly notices: readonly Notice[];
  /** Set when the file must not be written at all. */
  readonly refusal?: StoreError;
}

export interface LoadContext {
  readonly file: DocumentFile;
  readonly history: VersionHistory;
  readonly mayWrite: boolean;
  readonly nowMs: number;
}

/** A new home's document: version 1, an id and a salt of its own, default settings. */
export function freshDocument(nowMs: number): Document {
  return {
    schema: SCHEMA_VERSION,
    homeId: `home_${randomId(16)}`,
    version: 1,
    changedAt: new Date(nowMs).toISOString(),
    settings: settingsSchema.parse({}),
    vault: { salt: randomBytes(32).toString('base64'), check: null, wraps: [] },
    providers: [],
    providerKeys: [],
    apps: [],
    gatewayKeys: [],
    routes: [],
  };
}

/** Throws StoreError `home-missing` where nothing is there and nothing may be written. */
export async function loadDocument(context: LoadContext): Promise<Loaded> {
  const { file, history } = context;
  await file.read();
  const found = file.found;
  switch (found.kind) {
    case 'absent':
      return (await history.lastGood()) ? recover(context, 'it is gone') : create(context);
    case 'damaged':
      return recover(context, found.reason);
    case 'newer':
      return openNewer(context, found.schema, found.document);
    case 'good':
      return found.fromSchema < SCHEMA_VERSION
        ? migrated(context, found.document, found.fromSchema)
        : unchangedOrEdited(context, found.document, found.unknownFields);
  }
}

function create({ file, mayWrite, nowMs }: LoadContext): Loaded {
  if (!mayWrite) {
    throw new StoreError(
      'home-missing',
      `There is no Keyward home in ${path.dirname(file.path)}.`,
      'Start Keyward once (`keyward serve` or the app) to make one, or name another folder with --home.',
    );
  }
  const document = freshDocument(nowMs);
  return {
    document,
    basis: document,
    change: { actor: 'gateway', action: 'home.create', subject: document.homeId },
    notices: [],
  };
}

async function recover(context: LoadContext, reason: string): Promise<Loaded> {
  const { file, history, mayWrite, nowMs } = context;
  const aside = mayWrite && file.found.kind !== 'absent' ? await file.moveAside('damaged', nowMs) : undefined;
  const last = await history.lastGood();
  const document = last ?? freshDocument(nowMs);
  const outcome = last
    ? `Version ${last.version} of ${last.changedAt} was put back.`
    : 'No earlier version was found, so Keyward starts with empty settings.';
  return {
    document,
    basis: document,
    change: { actor: 'gateway', action: 'config.recover', subject: path.basename(file.path) },
    notices: [
      {
        id: 'config-recovered',
        level: 'error',
        sentence: `The configuration could not be used: ${reason}. ${outcome}`,
        next: aside
          ? `The unusable file is kept as ${aside}. If you edited it, mend it, stop Keyward, and put it back as ${path.basename(file.path)}.`
          : 'Check that your provider keys, apps and routes are as you expect.',
      },
    ],
  };
}

async function openNewer(context: LoadContext, schema: number, understood: Document | undefined): Promise<Loaded> {
  const document = understood ?? (await context.history.lastGood()) ?? freshDocument(context.nowMs);
  const sentence = `${context.file.path} was written by a newer Keyward (schema ${schema}; this one knows ${SCHEMA_VERSION}), so it is not changed.`;
  const next = 'Update Keyward; until then settings and keys cannot be changed.';
  return {
    document,
    basis: document,
    notices: [{ id: 'config-newer', level: 'error', sentence, next }],
    refusal: new StoreError('newer-schema', sentence, next),
  };
}

async function migrated({ file, mayWrite, nowMs }: LoadContext, document: Document, from: number): Promise<Loaded> {
  const aside = mayWrite ? await file.copyAside(`schema-${from}`, nowMs) : undefined;
  return {
    document,
    basis: document,
    change: { actor: 'gateway', action: 'config.migrate', subject: `schema ${from} to ${SCHEMA_VERSION}` },
    notices: [
      {
        id: 'config-migrated',
        level: 'info',
        sentence: `The configuration was brought from schema ${from} to ${SCHEMA_VERSION}.`,
        next: aside ? `The file as it was is kept as ${aside}.` : null,
      },
    ],
  };
}

/** Edits made while Keyward was not running are welcome; they become a version of their own. */
async function unchangedOrEdited(
  { file, history, mayWrite, nowMs }: LoadContext,
  document: Document,
  unknownFields: readonly string[],
): Promise<Loaded> {
  const notices: Notice[] = [];
  if (unknownFields.length > 0) {
    const aside = mayWrite ? await file.copyAside('edited', nowMs) : undefined;
    const more = unknownFields.length > 5 ? ` and ${unknownFields.length - 5} more` : '';
    notices.push({
      id: 'config-unknown-fields',
      level: 'warning',
      sentence: `The configuration has fields that Keyward does not know and leaves out: ${unknownFields.slice(0, 5).join(', ')}${more}.`,
      next: aside ? `Check their spelling; the file as it was is kept as ${aside}.` : 'Check their spelling.',
    });
  }
  const [newest] = await history.list();
  const kept = await history.read(document.version);
  const restored = newest !== undefined && newest > document.version;
  const edited = restored || (kept !== undefined && JSON.stringify(kept) !== JSON.stringify(document));
  if (!edited && unknownFields.length === 0) return { document, basis: document, notices };
  if (edited) {
    notices.push({
      id: 'config-edited',
      level: 'info',
      sentence: 'The configuration was edited outside Keyward and is used as it stands now.',
      next: null,
    });
  }
  return {
    document,
    basis: (restored ? await history.lastGood() : kept) ?? document,
    change: { actor: 'file', action: 'config.edit', subject: path.basename(file.path) },
    notices,
  };
}
