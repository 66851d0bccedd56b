/**
 * A request that is answered in one piece, from a caller's form to a provider's and back: the one way that embeddings,
 * rankings, images and sound share. Pure.
 */
import type { BuiltResponse } from './adapter.ts';
import { type CanonicalError, unusable } from './error.ts';
import type { Result } from './losses.ts';
import { callerSideOf } from './registry.ts';
import type { CallerDialect, Fields, ProviderDialect } from './request.ts';
import { translateError } from './translate.ts';
import type { BuiltBytes, CallTarget, TranslatedCall } from './way-back.ts';

export type ParsedAnswer<A> =
  | { readonly answer: A; readonly error?: undefined }
  | { readonly error: CanonicalError; readonly answer?: undefined };

/** `R` is a kind's canonical request, `A` its canonical answer. */
export interface CallProviderSide<R, A> {
  /** `model`: undefined where it stands in the path. */
  buildRequest(request: R, model: string | undefined): Result<Fields>;
  parseAnswer(body: unknown): ParsedAnswer<A>;
}

export interface CallCallerSide<R, A> {
  parseRequest(body: unknown): Result<R>;
  /** `model`: shown where the provider named none. */
  buildAnswer(answer: A, request: R, model: string, askedAtSeconds: number): BuiltResponse | BuiltBytes;
}

/** `talks`: the dialect of conversations that the same side's failures are worded in. */
export type Talking<S, D> = S & { readonly talks: D };

export function translateCall<R, A>(
  caller: Talking<CallCallerSide<R, A>, CallerDialect>,
  provider: Talking<CallProviderSide<R, A>, ProviderDialect>,
  body: unknown,
  target: CallTarget,
  /** Why an answer cannot be that of this request; undefined: it can. */
  misfit: (answer: A, request: R) => string | undefined = () => undefined,
): TranslatedCall {
  const parsed = caller.parseRequest(body);
  if (parsed.refused !== undefined) return parsed;
  const request = parsed.value;
  const built = provider.buildRequest(request, target.model);
  if (built.refused !== undefined) return built;
  const read = (answered: unknown): ParsedAnswer<A> => {
    const found = provider.parseAnswer(answered);
    const why = found.error === undefined ? misfit(found.answer, request) : undefined;
    return why === undefined ? found : { error: unusable(why) };
  };
  return {
    body: { ...built.value, ...target.scope },
    ledger: [...parsed.ledger, ...built.ledger],
    back: {
      whole: (answered) => {
        const { answer, error } = read(answered);
        if (error !== undefined) return { error, ...callerSideOf(caller.talks).buildError(error) };
        const made = caller.buildAnswer(answer, request, target.shownModel, target.askedAtSeconds);
        return 'wire' in made ? { body: made.wire, ledger: made.ledger } : made;
      },
      failed: (status, text, headers) => translateError(provider.talks, caller.talks, status, text, headers),
    },
  };
}
