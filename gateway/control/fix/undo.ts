/**
 * Putting back what a fix changed. The token names two configuration versions and the records in between; their earlier
 * state is read from the kept versions, so that it holds over a restart. A replaced secret alone is kept nowhere but here,
 * sealed, for as long as this process runs.
 */
import { z } from 'zod';
import type { Document, ProviderKey } from '../../store/schema.ts';
import { Problem } from '../problem.ts';
import type { ControlDeps } from '../services.ts';

const COLLECTIONS = ['providers', 'providerKeys', 'apps', 'gatewayKeys', 'routes'] as const;
type Collection = (typeof COLLECTIONS)[number];

const touchedSchema = z.object({ in: z.enum([...COLLECTIONS, 'settings']), id: z.string() });
type Touched = z.infer<typeof touchedSchema>;

const tokenSchema = z.object({
  before: z.number().int().min(1),
  after: z.number().int().min(1),
  records: z.array(touchedSchema).min(1).max(20),
});

/** Sealed secrets by token; a few are enough, the newest. */
const MOST_KEPT = 50;

export interface UndoBook {
  /** A token for what changed between the two; null where nothing did, or what did cannot be put back. */
  note(before: Document, after: Document): string | null;
  /** Puts back; says what, in a sentence. */
  undo(token: string, actor: string): Promise<string>;
}

export function createUndoBook(deps: Pick<ControlDeps, 'store' | 'listener' | 'now'>): UndoBook {
  const sealed = new Map<string, ReadonlyMap<string, string>>();
  return {
    note(before, after) {
      const records = touched(before, after);
      if (records.length === 0) return null;
      const secrets = replacedSecrets(before, after);
      // A process that ends with its command would forget the secret at once.
      const { url, problem } = deps.listener();
      if (secrets.size > 0 && url === null && problem === null) return null;
      const token = Buffer.from(JSON.stringify({ before: before.version, after: after.version, records })).toString(
        'base64url',
      );
      if (secrets.size > 0) {
        sealed.set(token, secrets);
        const [oldest] = sealed.keys();
        if (sealed.size > MOST_KEPT && oldest !== undefined) sealed.delete(oldest);
      }
      return token;
    },
    async undo(token, actor) {
      const { before, after, records } = readToken(token);
      const [then, done] = await Promise.all([deps.store.versionAt(before), deps.store.versionAt(after)]);
      if (!then || !done)
        throw new Problem('CONFLICT', 'That is too long ago: its configuration is no longer kept.', null);
      const secrets = sealed.get(token);
      const subject = records.map(({ id }) => id).join(', ');
      await deps.store.update({ actor, action: 'fix.undo', subject }, (draft) => {
        for (const record of records) {
          refuseChanged(draft, done.document, record);
          if (record.in === 'settings') putSetting(draft, then.document, record.id);
          else putRecord(draft, then.document, record as Touched & { in: Collection }, secrets, deps.now());
        }
      });
      sealed.delete(token);
      return records.length === 1
        ? 'It is as it was before the fix.'
        : `${records.length} things are as they were before the fix.`;
    },
  };
}

function readToken(token: string): z.infer<typeof tokenSchema> {
  try {
    return tokenSchema.parse(JSON.parse(Buffer.from(token, 'base64url').toString('utf8')));
  } catch {
    throw new Problem('INVALID', 'That is no token of a fix.', 'It is printed when a fix is carried out.');
  }
}

function touched(before: Document, after: Document): Touched[] {
  const found: Touched[] = [];
  for (const name of COLLECTIONS) {
    const ids = new Set([...before[name], ...after[name]].map(idOf));
    for (const id of ids) if (!same(find(before, name, id), find(after, name, id))) found.push({ in: name, id });
  }
  for (const [id, value] of Object.entries(after.settings)) {
    if (JSON.stringify(value) !== JSON.stringify(before.settings[id as keyof Document['settings']])) {
      found.push({ in: 'settings', id });
    }
  }
  return found;
}

function idOf(record: { readonly id: string } | { readonly name: string }): string {
  return 'id' in record ? record.id : record.name;
}

type AnyRecord = Document[Collection][number];

function find(document: Document, name: Collection, id: string): AnyRecord | undefined {
  return (document[name] as AnyRecord[]).find((record) => idOf(record) === id);
}

/** What traffic and checks write down is no change of anybody's; seals are not kept in earlier versions. */
function same(a: AnyRecord | undefined, b: AnyRecord | undefined): boolean {
  return comparable(a) === comparable(b);
}

function comparable(record: AnyRecord | undefined): string {
  return JSON.stringify(record === undefined ? null : { ...record, health: undefined, sealed: undefined });
}

function replacedSecrets(before: Document, after: Document): Map<string, string> {
  const secrets = new Map<string, string>();
  for (const key of before.providerKeys) {
    const now = after.providerKeys.find(({ id }) => id === key.id);
    if (now && now.fingerprint !== key.fingerprint) secrets.set(key.id, key.sealed);
  }
  return secrets;
}

function refuseChanged(draft: Document, done: Document, { in: name, id }: Touched): void {
  const unchanged =
    name === 'settings'
      ? JSON.stringify(draft.settings[id as keyof Document['settings']]) ===
        JSON.stringify(done.settings[id as keyof Document['settings']])
      : same(find(draft, name, id), find(done, name, id));
  if (unchanged) return;
  throw new Problem('CONFLICT', 'What the fix changed has been changed again since; nothing was put back.', null);
}

function putSetting(draft: Document, then: Document, id: string): void {
  Object.assign(draft.settings, { [id]: structuredClone(then.settings[id as keyof Document['settings']]) });
}

function putRecord(
  draft: Document,
  then: Document,
  { in: name, id }: { readonly in: Collection; readonly id: string },
  secrets: ReadonlyMap<string, string> | undefined,
  nowMs: number,
): void {
  const records = draft[name] as AnyRecord[];
  const index = records.findIndex((record) => idOf(record) === id);
  const earlier = find(then, name, id);
  if (!earlier) {
    if (index !== -1) records.splice(index, 1);
    return;
  }
  const restored = structuredClone(earlier);
  if (name === 'providerKeys')
    restoreKey(restored as ProviderKey, records[index] as ProviderKey | undefined, secrets, nowMs);
  if (index === -1) records.push(restored);
  else records[index] = restored;
}

/** The secret comes from the seal that is in place, or from the one that was kept when it was replaced. */
function restoreKey(
  key: ProviderKey,
  current: ProviderKey | undefined,
  secrets: ReadonlyMap<string, string> | undefined,
  nowMs: number,
): void {
  const replaced = current?.fingerprint !== key.fingerprint;
  const seal = replaced ? secrets?.get(key.id) : current?.sealed;
  if (seal === undefined) {
    throw new Problem(
      'REFUSED',
      'The earlier key cannot be put back: its secret is kept only while Keyward runs on after the fix.',
      'Paste the earlier key again, if you have it.',
    );
  }
  key.sealed = seal;
  if (!replaced || !current) return;
  // A version names one secret for ever: captures refer to it.
  key.version = current.version + 1;
  key.replacedAt = new Date(nowMs).toISOString();
  key.history = current.history;
}
