/** The form's fields of a gateway key, and what they say to the control interface. Pure. */
import type { GatewayKeyRow } from '../../../gateway/control/contract/index.ts';
import { words } from '../../words/words.ts';
import { type LimitDraft, limitsOf } from '../limits/limit-draft.ts';

export interface KeyOptions {
  readonly label: string;
  /** `keep`, `never`, a duration (`30d`), or `date` with `date` filled in. */
  readonly expiry: string;
  readonly date: string;
  readonly providers: string[];
  readonly models: string[];
  readonly endpoints: string[];
  readonly users: string[];
  readonly limits: LimitDraft;
}

export const NEW_KEY: KeyOptions = {
  label: '',
  expiry: 'never',
  date: '',
  providers: [],
  models: [],
  endpoints: [],
  users: [],
  limits: {},
};

export function optionsOf(row: GatewayKeyRow): KeyOptions {
  return {
    label: row.label,
    expiry: 'keep',
    date: row.expires?.slice(0, 10) ?? '',
    providers: row.scope.providers ?? [],
    models: row.scope.models ?? [],
    endpoints: row.scope.endpoints ?? [],
    users: row.users,
    limits: row.limits,
  };
}

/** What `gatewayKeys.issue` and `.edit` take. An empty list means all; a limit left empty means none. Undefined while a limit is faulty. */
export function inputOf(options: KeyOptions) {
  const limits = limitsOf(options.limits);
  if (!limits) return undefined;
  const some = (list: string[]) => (list.length > 0 ? list : undefined);
  return {
    label: options.label.trim() || undefined,
    expires: expiresOf(options),
    scope: {
      providers: some(options.providers),
      models: some(options.models),
      endpoints: some(options.endpoints),
    },
    limits,
    users: options.users,
  };
}

function expiresOf({ expiry, date }: KeyOptions): string | null | undefined {
  if (expiry === 'keep') return undefined;
  if (expiry === 'never') return null;
  if (expiry !== 'date') return expiry;
  return date || undefined;
}

/** “openai · openai/gpt-5*”, or “everything”. */
export function scopeWords(scope: GatewayKeyRow['scope']): string {
  const parts = [scope.providers, scope.models, scope.endpoints].flatMap((list) =>
    list?.length ? [list.join(', ')] : [],
  );
  return parts.length > 0 ? parts.join(' · ') : words.apps.everything;
}
