/** Experiments that send nothing: they look at the stored key, the store and the recorded answer. */
import { inspectKey } from '../diagnosis/key-shape.ts';
import { modelsOfPreset, nearestNames } from '../providers/catalogue.ts';
import { type Experiment, keyName, lookOnly } from './experiment.ts';
import { modelsListed } from './model-list.ts';

const NO_KEY = 'No key of this gateway was used.';

export const keyShape: Experiment = {
  id: 'key-shape',
  title: 'Compare the key’s form with the provider’s',
  async plan(subject, tools) {
    if (!subject.key) return NO_KEY;
    if (!subject.sameSecret) return 'The key has been replaced since.';
    return tools.openKey(subject.key) === undefined ? 'The key store is locked.' : lookOnly();
  },
  read(subject, _trials, tools) {
    const { key, preset, provider, providerName } = subject;
    const secret = key && subject.sameSecret ? tools.openKey(key) : undefined;
    if (!key || !provider || secret === undefined) return undefined;
    const services = [provider.id, ...(preset ? [preset.id, ...preset.aliases] : [])];
    const [flaw] = inspectKey(secret, { where: `provider key ${key.id}`, withScheme: false }, services);
    const where = `provider key ${key.id}`;
    if (flaw) {
      const foreign = flaw.flaw === 'other-provider' || flaw.flaw === 'wrong-kind';
      return {
        probe: 'key-shape',
        sentence: `The stored key ${flaw.says}.`,
        captures: [],
        gives: foreign ? { key_wrong_provider: 3 } : { key_malformed: 3 },
        evidence: { what: `the key ${flaw.says}`, where, value: `…${key.lastFour}` },
      };
    }
    const identifies = preset?.key.identifies === true && new RegExp(preset.key.pattern ?? '^(?!)').test(secret);
    if (!identifies) return undefined;
    return {
      probe: 'key-shape',
      sentence: `The stored key has the form of ${providerName}’s keys.`,
      captures: [],
      gives: { key_malformed: -1.5, key_wrong_provider: -1.5 },
      evidence: { what: 'the key has the form of this provider’s keys', where, value: `…${key.lastFour}` },
    };
  },
};

export const keyElsewhere: Experiment = {
  id: 'key-elsewhere',
  title: 'Look for the same key at other providers here',
  async plan(subject) {
    return subject.attempt?.key ? lookOnly() : NO_KEY;
  },
  read({ attempt, snapshot, providerName }) {
    const used = attempt?.key;
    if (!used) return undefined;
    const twin = [...snapshot.providerKeys.values()].find(
      (key) => key.fingerprint === used.fingerprint && key.provider !== attempt.provider,
    );
    if (!twin) return undefined;
    const other = snapshot.providers.get(twin.provider)?.name ?? twin.provider;
    const works = twin.health.state === 'valid';
    return {
      probe: 'key-elsewhere',
      sentence: works
        ? `The same key is stored for ${other}, where it works: it is ${other}’s, not ${providerName}’s.`
        : `The same key is stored for ${other} as well: two providers’ keys may have been mixed up.`,
      captures: [],
      gives: { key_wrong_provider: works ? 4.5 : 2 },
      evidence: { what: `the same key is stored for ${other}`, where: `provider key ${twin.id}`, value: keyName(twin) },
    };
  },
};

/** Names of a list that a mistyped one is compared with. */
const MOST_COMPARED = 5_000;

export const nearestModel: Experiment = {
  id: 'nearest-model',
  title: 'Compare the model’s name with those the provider has',
  async plan({ attempt }) {
    return attempt?.model ? lookOnly() : 'The request names no model.';
  },
  read(subject, trials) {
    const model = subject.attempt?.model;
    if (!model || subject.practice) return undefined;
    const listed = modelsListed(trials);
    const known = listed?.names ?? subject.kept ?? modelsOfPreset(subject.preset?.id ?? '');
    if (known.length === 0 || known.includes(model)) return undefined;
    const [nearest] = nearestNames(model, known.slice(0, MOST_COMPARED), 1);
    if (!nearest) return undefined;
    return {
      probe: 'nearest-model',
      sentence: `“${model}” is not among the models known; the nearest name is “${nearest}”.`,
      captures: listed ? [listed.capture] : [],
      gives: { model_not_found: listed ? 1.5 : subject.kept ? 1 : 0.5 },
      evidence: {
        what: 'nearest name',
        where: listed
          ? `capture ${listed.capture}`
          : subject.kept
            ? `models that ${subject.provider?.id} lists`
            : 'model catalogue',
        value: nearest,
      },
    };
  },
};

const LIMIT_HEADER = /(?:^retry-after|ratelimit|rate-limit)/i;

export const limitHeaders: Experiment = {
  id: 'limit-headers',
  title: 'Look at the limits that the answer named',
  async plan({ attempt }) {
    return attempt?.responseHeaders ? lookOnly() : 'No answer was recorded.';
  },
  read({ attempt }) {
    const seen = (attempt?.responseHeaders ?? []).filter(([name]) => LIMIT_HEADER.test(name));
    if (seen.length === 0) return undefined;
    const spent = seen.find(([name, value]) => /remaining/i.test(name) && Number(value) === 0);
    const wait = seen.find(([name]) => /^retry-after/i.test(name));
    const told = spent ?? wait ?? seen[0];
    return {
      probe: 'limit-headers',
      sentence: spent
        ? `The answer says that nothing is left of a limit (${spent[0]}: ${spent[1]}).`
        : `The answer names limits (${seen
            .slice(0, 3)
            .map(([name, value]) => `${name}: ${value}`)
            .join(', ')}).`,
      captures: [],
      gives: spent || wait ? { rate_limited: 1.2 } : {},
      evidence: { what: 'limit', where: `response header ${told?.[0]}`, value: told?.[1] ?? '' },
    };
  },
};

export const headersSent: Experiment = {
  id: 'headers-sent',
  title: 'Look at the headers as they were sent',
  async plan({ attempt }) {
    return attempt ? lookOnly() : 'Nothing was sent.';
  },
  read({ attempt, practice, providerName }) {
    if (!attempt || practice) return undefined;
    const used = attempt.key;
    return {
      probe: 'headers-sent',
      sentence: used
        ? `The request carried the key ${keyName(used)}.`
        : `The request was sent to ${providerName} without a key of this gateway.`,
      captures: [],
      gives: used ? { key_missing: -2.5 } : { key_missing: 2 },
      evidence: {
        what: used ? 'a key was sent' : 'no key was sent',
        where: `attempt ${attempt.index + 1} request headers`,
        value: used ? keyName(used) : 'none',
      },
    };
  },
};
