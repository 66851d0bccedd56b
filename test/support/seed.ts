/**
 * Property tests draw the same cases in every run, so that a red run is about the change and can be had again. A search for
 * new ones is a run of its own: `KEYWARD_SEED=random npx vitest run test/dialects` (fast-check names the seed of what it finds).
 */
import fc from 'fast-check';

const { KEYWARD_SEED = '20261129' } = process.env;
if (KEYWARD_SEED !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(KEYWARD_SEED) });
