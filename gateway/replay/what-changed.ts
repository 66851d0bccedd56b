/**
 * What changed since it last worked: a failed request held against its nearest earlier success, every difference ranked
 * by how well it would explain this failure, each with the edit that puts the earlier state back. Pure.
 */
import type { Capture, CaptureRow, RecordedAttempt } from '../captures/capture.ts';
import type { Change, Changes } from '../control/contract/replay.ts';
import type { ConfigSnapshot } from '../store/snapshot.ts';
import { type AuditedChange, configChanges } from './config-changes.ts';
import type { FoundChange } from './found-change.ts';
import type { NearestSuccess } from './nearest-success.ts';
import { requestChanges } from './request-changes.ts';
import { suspicionOf } from './suspicion.ts';

export interface WhatChangedInput {
  readonly capture: Capture;
  readonly success: { readonly capture: Capture; readonly nearest: NearestSuccess } | null;
  /** Configurations of both times; null where no longer kept. */
  readonly configBroken: ConfigSnapshot | null;
  readonly configWorking: ConfigSnapshot | null;
  readonly today: ConfigSnapshot;
  /** Rows of the audit trail between the two, for where a configuration is no longer kept. */
  readonly audited: readonly AuditedChange[];
}

export function whatChanged(input: WhatChangedInput): Changes {
  const { capture, success } = input;
  if (!success) {
    const sentence = 'No earlier success of this kind is recorded, so there is nothing to compare with.';
    return { of: capture.id, success: null, matchedBy: [], changes: [], sentence };
  }
  const found = [
    ...keyChanges(success.capture, capture, input.today),
    ...gatewayKeyChanges(success.capture, capture, input),
    ...configChanges(success.capture, capture, input),
    ...modelChanges(success.capture, capture),
    ...requestChanges(success.capture, capture),
    ...pathChanges(success.capture, capture, input),
  ];
  const changes = found
    .map((change) => ({ ...change, suspicion: suspicionOf(change, capture) }))
    .sort((a, b) => b.suspicion - a.suspicion || a.path.localeCompare(b.path));
  return {
    of: capture.id,
    success: success.nearest.row,
    matchedBy: [...success.nearest.matchedBy],
    changes,
    sentence: sentenceOf(capture, success.nearest.row, changes),
  };
}

function sentenceOf(capture: Capture, success: CaptureRow, changes: readonly Change[]): string {
  const span = spanOf(Date.parse(capture.time) - Date.parse(success.time));
  const [first] = changes;
  if (!first) {
    return `Nothing that Keyward can see has changed since it worked ${span} earlier: what changed lies with the provider.`;
  }
  const others = changes.length - 1;
  const more = others === 0 ? '' : ` ${others} other ${others === 1 ? 'thing' : 'things'} changed too.`;
  return `It worked ${span} earlier. ${first.sentence}${more}`;
}

function spanOf(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

function lastOf(capture: Capture): RecordedAttempt | undefined {
  return capture.attemptList.at(-1);
}

function keyChanges(before: Capture, after: Capture, today: ConfigSnapshot): FoundChange[] {
  const old = lastOf(before)?.key;
  const now = lastOf(after)?.key;
  if (!old || !now) return [];
  if (old.id !== now.id) {
    return [
      {
        what: 'key',
        path: 'key',
        before: old,
        after: now,
        sentence: `Another provider key was used: "${now.label}" (…${now.lastFour}) in place of "${old.label}" (…${old.lastFour}).`,
        undo: today.providerKeys.get(old.id)?.version === old.version ? { path: 'key', value: old.id } : null,
      },
    ];
  }
  if (old.version === now.version) return [];
  return [
    {
      what: 'key-version',
      path: `providerKeys/${now.id}`,
      before: old,
      after: now,
      sentence: `The provider key "${now.label}" was replaced: …${old.lastFour} before, …${now.lastFour} now.`,
      undo: null,
    },
  ];
}

/** Another gateway key; or the same one, whose time ran out in between without anybody changing anything. */
function gatewayKeyChanges(before: Capture, after: Capture, { configBroken, today }: WhatChangedInput): FoundChange[] {
  if (before.gatewayKeyId !== after.gatewayKeyId) {
    if (before.gatewayKeyId === null) return [];
    const known = today.gatewayKeys.has(before.gatewayKeyId);
    return [
      {
        what: 'gateway-key',
        path: 'gateway-key',
        before: before.gatewayKeyId,
        ...(after.gatewayKeyId === null ? {} : { after: after.gatewayKeyId }),
        sentence:
          after.gatewayKeyId === null
            ? `The app sent no gateway key that is known here; before it was ${before.gatewayKeyId}.`
            : `The app sent gateway key ${after.gatewayKeyId} in place of ${before.gatewayKeyId}.`,
        undo: known ? { path: 'gateway-key', value: before.gatewayKeyId } : null,
      },
    ];
  }
  const record = configBroken?.gatewayKeys.get(after.gatewayKeyId ?? '');
  if (!record) return [];
  const between = (time: string | null | undefined): time is string =>
    typeof time === 'string' && time > before.time && time <= after.time;
  const found: FoundChange[] = [];
  if (between(record.expiresAt)) {
    found.push(ranOut(record.id, 'expiresAt', record.expiresAt, 'expired'));
  }
  if (between(record.previous?.until)) {
    found.push(ranOut(record.id, 'previous/until', record.previous?.until as string, 'left its time of grace'));
  }
  return found;
}

function ranOut(id: string, member: string, time: string, did: string): FoundChange {
  return {
    what: 'gateway-key',
    path: `gatewayKeys/${id}/${member}`,
    before: 'active',
    after: time,
    sentence: `The gateway key ${did} in between, at ${time}.`,
    undo: null,
  };
}

function modelChanges(before: Capture, after: Capture): FoundChange[] {
  if (before.askedModel !== after.askedModel && before.askedModel !== null) {
    return [
      {
        what: 'model',
        path: 'model',
        before: before.askedModel,
        ...(after.askedModel === null ? {} : { after: after.askedModel }),
        sentence: `The app asked for ${after.askedModel ?? 'no model'} in place of ${before.askedModel}.`,
        undo: { path: 'model', value: before.askedModel },
      },
    ];
  }
  if (before.model === after.model || before.model === null || after.model === null) return [];
  return [
    {
      what: 'model',
      path: 'model',
      before: `${before.provider}/${before.model}`,
      after: `${after.provider}/${after.model}`,
      sentence: `"${after.askedModel}" led to ${after.provider}/${after.model}; before, to ${before.provider}/${before.model}.`,
      undo: { path: 'model', value: `${before.provider}/${before.model}` },
    },
  ];
}

/** Where the request went, and by which way. */
function pathChanges(before: Capture, after: Capture, { configWorking }: WhatChangedInput): FoundChange[] {
  const old = lastOf(before);
  const now = lastOf(after);
  if (!old || !now || old.provider !== now.provider) return [];
  const was = baseOf(old);
  const is = baseOf(now);
  if (was !== is) {
    const baseUrl = configWorking?.providers.get(old.provider)?.baseUrl;
    return [
      {
        what: 'base-url',
        path: 'base-url',
        before: was,
        after: is,
        sentence: `The request went to ${is} in place of ${was}.`,
        undo: baseUrl === undefined ? null : { path: 'base-url', value: baseUrl },
      },
    ];
  }
  if (!old.remoteAddress || !now.remoteAddress || old.remoteAddress === now.remoteAddress) return [];
  return [
    {
      what: 'network-path',
      path: 'remoteAddress',
      before: old.remoteAddress,
      after: now.remoteAddress,
      sentence: `${new URL(now.url).host} was reached at ${now.remoteAddress} in place of ${old.remoteAddress}.`,
      undo: null,
    },
  ];
}

/** Without query; the model's name apart, where the path holds it. */
function baseOf({ url, model }: RecordedAttempt): string {
  const bare = url.split('?', 1)[0] as string;
  return model === undefined ? bare : bare.replace(encodeURIComponent(model), 'MODEL').replace(model, 'MODEL');
}
