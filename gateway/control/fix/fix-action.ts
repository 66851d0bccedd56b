/** What carrying a fix out means: what it would change, what it needs from the person, and doing it. */
import type { ContractRouterClient } from '@orpc/contract';
import type { Capture } from '../../captures/capture.ts';
import type { Fix } from '../../diagnosis/explanation.ts';
import { findPreset, type Preset } from '../../providers/presets.ts';
import type { Provider } from '../../store/schema.ts';
import type { Contract, IssuedKey } from '../contract/index.ts';
import type { Edit } from '../contract/replay.ts';
import { Problem } from '../problem.ts';
import type { ControlDeps } from '../services.ts';

export interface FixContext {
  readonly deps: ControlDeps;
  /** The control interface in the name of whoever asks: every change is audited as that person's. */
  readonly client: ContractRouterClient<Contract>;
  readonly capture: Capture;
  readonly fix: Fix;
  /** The provider that the fix is about, where it is set up here. */
  readonly provider: Provider | undefined;
  readonly preset: Preset | undefined;
  readonly providerName: string;
  readonly values: Readonly<Record<string, string>>;
}

export interface Need {
  readonly name: string;
  readonly title: string;
  readonly secret: boolean;
  readonly suggested: string | null;
  /** A text of several lines, and none at all is an answer, too. */
  readonly lines?: boolean;
}

export interface Done {
  /** What was done, as a sentence. */
  readonly sentence: string;
  /** For the replay that shows the effect. */
  readonly edits?: readonly Edit[];
  readonly next?: string;
  readonly issued?: IssuedKey;
  /** No replay follows; this capture shows what was done. */
  readonly capture?: string | null;
}

export interface FixAction {
  /** Whether something stored changes. */
  readonly changes: boolean | ((context: FixContext) => boolean);
  /** False for what nobody can do from here; then `apply` only tells where it is done. */
  readonly outside?: boolean;
  /** What it would do, before it is done. */
  sentence(context: FixContext): string;
  needs?(context: FixContext): Need[];
  /** What the replay changes in the request. */
  edits?(context: FixContext): Edit[];
  apply(context: FixContext): Promise<Done>;
}

export function fixContext(given: Pick<FixContext, 'deps' | 'client' | 'capture' | 'fix' | 'values'>): FixContext {
  const action = given.fix.action ?? { kind: '' };
  const named = [action.provider, action.kind.startsWith('providers.') ? action.id : undefined].find(
    (one): one is string => typeof one === 'string',
  );
  const id = named ?? given.capture.attemptList.at(-1)?.provider ?? given.capture.provider ?? '';
  const provider = given.deps.store.snapshot.providers.get(id);
  const preset = findPreset(provider?.preset ?? id);
  return { ...given, provider, preset, providerName: provider?.name ?? preset?.name ?? (id || 'the provider') };
}

/** The value that the person gave, or the one that was suggested; a Problem that says what is missing. */
export function needed(context: FixContext, need: Need): string {
  const given = context.values[need.name]?.trim();
  if (given || (given !== undefined && need.lines)) return given;
  if (need.suggested !== null) return need.suggested;
  throw new Problem(
    'INVALID',
    `"${context.fix.title}" needs something from you: ${need.title}.`,
    need.secret
      ? `Give it on standard input: keyward fix ${context.capture.id} ${context.fix.id} < FILE`
      : `Give it: keyward fix ${context.capture.id} ${context.fix.id} --value ${need.name}=VALUE`,
  );
}

/** The id that the fix acts on. */
export function subjectId({ fix }: FixContext): string {
  const id = fix.action?.id;
  if (typeof id === 'string') return id;
  throw new Problem('CONFLICT', `There is nothing here for "${fix.title}" to act on.`, 'Choose another fix.');
}

/** Whether carrying it out changes something stored. */
export function changesSomething(action: FixAction, context: FixContext): boolean {
  return typeof action.changes === 'function' ? action.changes(context) : action.changes;
}
