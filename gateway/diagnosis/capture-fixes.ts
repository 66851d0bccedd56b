/** What the fix buttons of a capture act on: its provider key, gateway key, provider and model, with ready parameters. */
import type { Capture, RecordedStep } from '../captures/capture.ts';
import { modelsOfPreset, nearestNames, providersOfModel } from '../providers/catalogue.ts';
import { findPreset } from '../providers/presets.ts';
import type { ConfigSnapshot } from '../store/snapshot.ts';
import type { Finding } from './finding.ts';
import { type FixContext, OPEN_CHOICE } from './fixes.ts';

/** The parts of a configuration snapshot that explanations read. */
export type ConfigFacts = Pick<ConfigSnapshot, 'providers' | 'providerKeys' | 'keysByProvider' | 'gatewayKeys'>;

export function fixContextOf(
  capture: Capture,
  config: ConfigFacts | undefined,
  providerName: string,
  findings: readonly Finding[] = [],
): FixContext {
  if (isRehearsal(capture)) return rehearsalContext(capture, providerName);
  const refused = capture.steps.findLast((step) => step.decision === 'refused');
  const routed = routedTo(capture);
  const provider = capture.provider ?? providerOfRule(refused) ?? routed?.provider;
  const stored = provider === undefined ? undefined : config?.providers.get(provider);
  const keys = provider === undefined ? [] : (config?.keysByProvider.get(provider) ?? []);
  const keyId = capture.keyId ?? capture.attemptList.at(-1)?.key?.id ?? routed?.key;
  return {
    capture: capture.id,
    provider,
    preset: findPreset(stored?.preset ?? provider),
    providerName,
    keyId: keyId ?? undefined,
    disabledKeyId: keys.find((key) => key.disabledAt !== null)?.id,
    disabledProvider: stored?.enabled === false ? stored.id : undefined,
    gatewayKeyId: capture.gatewayKeyId ?? gatewayKeyOfRule(refused),
    limit: limitOf(refused),
    appId: capture.appId ?? undefined,
    model: nearestModel(refused) ?? modelToUse(capture, stored?.preset ?? provider, findings),
    failedModel: capture.attemptList.at(-1)?.model,
    vaultLocked: refused?.rule?.name === 'vault' || /locked/i.test(refused?.summary ?? '') ? true : undefined,
    missingProvider: provider === undefined ? missingProvider(capture, refused) : undefined,
    route: capture.routeName ?? nameAskedFor(refused),
    parameters: {
      'edit-base-url': baseUrlFound(findings),
      'extend-gateway-key': { expires: '30d' },
      'edit-gateway-key-scope': widerScope(capture, config, refused),
      'edit-gateway-key-users': oneMoreUser(capture, config, refused),
    },
  };
}

/** A failure that the practice provider played: its fixes are rehearsed, nothing stored changes. */
export function isRehearsal(capture: Capture): boolean {
  return capture.attemptList.at(-1)?.provider === 'practice';
}

/** Every fix that the provider's side offers can be rehearsed, whatever it would act on elsewhere. */
function rehearsalContext(capture: Capture, providerName: string): FixContext {
  return {
    capture: capture.id,
    provider: 'practice',
    providerName,
    keyId: 'practice',
    model: 'practice/ok',
    route: capture.askedModel ?? 'practice',
    appId: capture.appId ?? undefined,
    rehearsal: true,
  };
}

/** What an app asked for and nothing here is called: a route of that name would answer it. */
function nameAskedFor(refused: RecordedStep | undefined): string | undefined {
  if (refused?.stage !== 'route') return undefined;
  return refused.evidence?.find((one) => one.what === 'model asked for')?.value || undefined;
}

/** The provider that would serve the model and is not set up here; a name that says nothing leaves the choice open. */
function missingProvider(capture: Capture, refused: RecordedStep | undefined): string | undefined {
  if (refused?.stage !== 'route' || /locked/i.test(refused.summary)) return undefined;
  const asked = capture.askedModel ?? '';
  const prefix = asked.includes('/') ? findPreset(asked.slice(0, asked.indexOf('/')))?.id : undefined;
  return prefix ?? providersOfModel(asked)[0] ?? OPEN_CHOICE;
}

/** The target that was chosen, also where nothing was sent to it in the end. */
function routedTo(capture: Capture): { readonly provider?: string; readonly key?: string } | undefined {
  const output = capture.steps.find(({ stage }) => stage === 'route')?.output;
  return output && { provider: textOf(output.provider), key: textOf(output.key) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/**
 * In place of a model that was sent to a provider: the nearest name that it lists, as an experiment found, else the nearest
 * or any other of the catalogue; where neither knows one, the person's choice.
 */
function modelToUse(
  capture: Capture,
  preset: string | null | undefined,
  findings: readonly Finding[],
): string | undefined {
  const attempt = capture.attemptList.at(-1);
  if (attempt?.model === undefined) return undefined;
  const asked = attempt.model;
  const found = findings.find(({ probe }) => probe === 'nearest-model')?.evidence.value;
  const known = modelsOfPreset(findPreset(preset)?.id ?? '').filter((name) => name !== asked);
  const name = found ?? nearestNames(asked, known, 1)[0] ?? known[0];
  if (name === undefined) return OPEN_CHOICE;
  // A provider's own name with a slash in it would be read as another provider's model.
  return name.includes('/') ? `${attempt.provider}/${name}` : name;
}

function baseUrlFound(findings: readonly Finding[]): Record<string, unknown> | undefined {
  const found = findings.find(({ probe, gives }) => probe === 'other-base-url' && (gives.wrong_endpoint ?? 0) > 0);
  return found && { baseUrl: found.evidence.value };
}

/** Whose words the titles use: the provider as it is called here. */
export function providerNameOf(capture: Capture, config: ConfigFacts | undefined): string {
  const id =
    capture.provider ??
    capture.attemptList.at(-1)?.provider ??
    providerOfRule(capture.steps.findLast((step) => step.decision === 'refused')) ??
    routedTo(capture)?.provider;
  if (id === null || id === undefined) return 'the provider';
  if (id === 'practice') return 'the practice provider';
  return config?.providers.get(id)?.name ?? findPreset(id)?.name ?? id;
}

function providerOfRule(step: RecordedStep | undefined): string | undefined {
  const origin = step?.rule?.origin as { from?: unknown; id?: unknown } | undefined;
  return origin?.from === 'provider' && typeof origin.id === 'string' ? origin.id : undefined;
}

function gatewayKeyOfRule(step: RecordedStep | undefined): string | undefined {
  const origin = step?.rule?.origin as { from?: unknown; id?: unknown } | undefined;
  return origin?.from === 'gateway-key' && typeof origin.id === 'string' ? origin.id : undefined;
}

/** Whose limit refused, and which. */
function limitOf(step: RecordedStep | undefined): FixContext['limit'] {
  const { name = '', origin } = step?.rule ?? {};
  if (step?.stage !== 'limit' || !origin || !name.startsWith('limit.')) return undefined;
  return { of: String(origin.from), id: String(origin.id ?? origin.name), limit: name.slice('limit.'.length) };
}

function nearestModel(step: RecordedStep | undefined): string | undefined {
  return step?.evidence?.find((one) => one.what.startsWith('nearest name'))?.value;
}

/** The key's scope with just what this request needed added to it. */
function widerScope(
  capture: Capture,
  config: ConfigFacts | undefined,
  refused: RecordedStep | undefined,
): Record<string, unknown> | undefined {
  const key = config?.gatewayKeys.get(capture.gatewayKeyId ?? gatewayKeyOfRule(refused) ?? '');
  if (!key) return undefined;
  const { scope } = key;
  const wanted = refused?.evidence?.find((one) => ['provider', 'endpoint', 'model'].includes(one.what))?.value;
  switch (refused?.rule?.name) {
    case 'scope.endpoints':
      return { scope: { ...scope, endpoints: [...(scope.endpoints ?? []), capture.endpoint ?? wanted ?? '*'] } };
    case 'scope.providers':
      return { scope: { ...scope, providers: [...(scope.providers ?? []), ...(wanted ? [wanted] : [])] } };
    case 'scope.models': {
      const model = capture.askedModel ?? wanted;
      return { scope: { ...scope, models: [...(scope.models ?? []), ...(model ? [model] : ['*'])] } };
    }
    default:
      return undefined;
  }
}

function oneMoreUser(
  capture: Capture,
  config: ConfigFacts | undefined,
  refused: RecordedStep | undefined,
): Record<string, unknown> | undefined {
  const key = config?.gatewayKeys.get(capture.gatewayKeyId ?? gatewayKeyOfRule(refused) ?? '');
  const user = refused?.evidence?.find((one) => one.what === 'user asserted' && one.value !== 'none')?.value;
  return key && user ? { users: [...key.users, user] } : undefined;
}
