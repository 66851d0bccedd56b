/** Which of the configuration records that a request depends on changed between two of its versions. Pure. */
import type { Capture } from '../captures/capture.ts';
import { describeChange } from '../store/describe-change.ts';
import type { ConfigSnapshot } from '../store/snapshot.ts';
import type { FoundChange } from './found-change.ts';

/** A row of the audit trail. */
export interface AuditedChange {
  readonly time: string;
  readonly action: string;
  readonly version: number;
  readonly before?: unknown;
  readonly after?: unknown;
}

interface Versions {
  readonly configBroken: ConfigSnapshot | null;
  readonly configWorking: ConfigSnapshot | null;
  readonly audited: readonly AuditedChange[];
}

type Records = Readonly<Record<string, unknown>>;

/** Written down by traffic, not by anybody's decision; and what never decides. */
const IDLE_MEMBERS: ReadonlySet<string> = new Set(['health', 'label', 'name', 'history', 'replacedAt', 'lastFour']);

export function configChanges(before: Capture, after: Capture, versions: Versions): FoundChange[] {
  if (before.configVersion === after.configVersion) return [];
  const { configBroken, configWorking, audited } = versions;
  if (configBroken && configWorking) {
    const change = describeChange(configWorking.document, configBroken.document);
    return recordChanges(change.before, change.after, before, after, undefined);
  }
  return audited
    .filter(({ version }) => version > before.configVersion && version <= after.configVersion)
    .flatMap((row) => recordChanges(asRecords(row.before), asRecords(row.after), before, after, row.time));
}

function asRecords(value: unknown): Records {
  return typeof value === 'object' && value !== null ? (value as Records) : {};
}

function recordChanges(
  was: Records,
  is: Records,
  before: Capture,
  after: Capture,
  time: string | undefined,
): FoundChange[] {
  const found: FoundChange[] = [];
  for (const record of new Set([...Object.keys(was), ...Object.keys(is)])) {
    if (!concerns(record, before, after)) continue;
    const old = was[record] ?? null;
    const now = is[record] ?? null;
    if (old === null || now === null) {
      found.push(change(record, old, now, `${nameOf(record)} was ${old === null ? 'added' : 'removed'}`, time));
      continue;
    }
    const names = new Set(Object.keys({ ...asRecords(old), ...asRecords(now) }));
    const members = [...names].filter((name) => !IDLE_MEMBERS.has(name) && !toldElsewhere(record, name, names, after));
    for (const member of members) {
      const from = asRecords(old)[member];
      const to = asRecords(now)[member];
      found.push(change(`${record}/${member}`, from, to, memberSentence(record, member, from, to), time));
    }
  }
  return found;
}

/** One thing that was done may show in several members, and in the attempts themselves. */
function toldElsewhere(record: string, member: string, names: ReadonlySet<string>, after: Capture): boolean {
  const tried = after.attemptList.length > 0;
  if (record.startsWith('providerKeys/'))
    return /^(?:sealed|fingerprint)$/.test(member) || (member === 'version' && tried);
  if (record.startsWith('providers/')) return member === 'baseUrl' && tried;
  return record.startsWith('gatewayKeys/') && member === 'previous' && names.has('hash');
}

/** Those that this request, or its earlier success, went by. */
function concerns(record: string, before: Capture, after: Capture): boolean {
  const [kind, id = ''] = record.split(/\/(.*)/s);
  const either = (read: (capture: Capture) => string | null) => read(before) === id || read(after) === id;
  switch (kind) {
    case 'settings':
      return true;
    case 'providers':
      return either((capture) => capture.provider);
    case 'providerKeys':
      return either((capture) => capture.keyId);
    case 'apps':
      return either((capture) => capture.appId);
    case 'gatewayKeys':
      return either((capture) => capture.gatewayKeyId);
    case 'routes':
      return either((capture) => capture.routeName) || either((capture) => capture.askedModel);
    default:
      return false;
  }
}

const NAMES: Readonly<Record<string, string>> = {
  providers: 'The provider',
  providerKeys: 'The provider key',
  apps: 'The app',
  gatewayKeys: 'The gateway key',
  routes: 'The route',
};

function nameOf(record: string): string {
  const [kind = '', id] = record.split(/\/(.*)/s);
  return id === undefined ? `The ${kind}` : `${NAMES[kind] ?? kind} ${id}`;
}

function memberSentence(record: string, member: string, from: unknown, to: unknown): string {
  const name = nameOf(record);
  switch (member) {
    case 'revokedAt':
      return to === null ? `${name} was restored` : `${name} was revoked`;
    case 'disabledAt':
      return to === null ? `${name} was switched on` : `${name} was switched off`;
    case 'expiresAt':
      return `The expiry of ${lower(name)} was changed from ${from ?? 'never'} to ${to ?? 'never'}`;
    case 'hash':
      return `${name} was rotated`;
    case 'sealed':
    case 'version':
    case 'fingerprint':
      return `${name} was replaced`;
    case 'enabled':
      return to === true ? `${name} was switched on` : `${name} was switched off`;
    case 'baseUrl':
      return `The base URL of ${lower(name)} was changed from ${from ?? 'its preset’s'} to ${to ?? 'its preset’s'}`;
    default:
      return `"${member}" of ${lower(name)} was changed`;
  }
}

function lower(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function change(path: string, before: unknown, after: unknown, words: string, time: string | undefined): FoundChange {
  const [kind, id, member] = path.split('/');
  const sentence = `${words}${time === undefined ? '' : ` at ${time}`}.`;
  const what = kind === 'gatewayKeys' ? 'gateway-key' : 'configuration';
  const undo = kind === 'providers' && member === 'baseUrl' && before ? { path: 'base-url', value: before } : null;
  return { what, path: id === undefined ? path : path, before, after, sentence, undo };
}
