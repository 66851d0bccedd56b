/** Asks another model than the app names, where its owner says so: for programs that cannot be told another name. */
import type { Exchange } from '../exchange.ts';
import type { ConfigSnapshot } from '../store/snapshot.ts';
import type { StageOutcome } from './stage.ts';

/** Before anything is decided by the model's name; what is asked instead must itself lie within the key's scope. */
export function renameModel(exchange: Exchange, config: ConfigSnapshot, received: StageOutcome): StageOutcome {
  const { askedModel, caller } = exchange;
  const models = config.apps.get(caller?.appId ?? '')?.models;
  if (received.decision === 'refused' || askedModel === undefined || !models) return received;
  const renamed = Object.hasOwn(models, askedModel) ? models[askedModel] : undefined;
  if (renamed === undefined || renamed === askedModel) return received;
  exchange.namedModel = askedModel;
  exchange.askedModel = renamed;
  return {
    ...received,
    summary: `${received.summary.replace(/\.$/, '')}; for this app that is ${renamed}.`,
    rule: { name: 'app.models', origin: { from: 'app', id: caller?.appId ?? '' }, value: `${askedModel} → ${renamed}` },
    output: { ...received.output, renamedTo: renamed },
  };
}
