/** How the sample home's routes do: the second target of one is passed over until somebody has it tried. */
import type { Route, RouteState, TargetState } from '../../../gateway/control/contract/index.ts';

export function stateOf({ name, targets }: Route, tried: boolean): RouteState {
  return {
    name,
    targets: targets.map(({ provider, model }, index): TargetState => {
      const open = index === 1 && !tried;
      return {
        provider,
        model,
        circuit: open ? 'open' : 'closed',
        failure: open
          ? {
              cause: 'provider_overloaded',
              sentence: 'Anthropic answered with status 529.',
              capture: 'c0000000000000000000',
              at: new Date().toISOString(),
              failures: 5,
              until: new Date(Date.now() + 30_000).toISOString(),
            }
          : null,
        resting: [],
        firstByteMs: index === 0 ? 420 : null,
      };
    }),
  };
}
