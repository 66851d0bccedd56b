/** What a build makes of what. Paths are relative to the checkout. */
export type Target = {
  name: 'renderer' | 'electron' | 'cli';
  /** Vite configuration and modes, built in this order. */
  builds: { config: string; mode: string }[];
  /** Files and folders whose contents decide whether the target is stale. */
  inputs: string[];
  /** Files that must be there for the target to count as built. */
  outputs: string[];
};

const COMMON = ['package-lock.json', 'tsconfig.json', 'scripts/targets.ts'];

export const TARGETS: readonly Target[] = [
  {
    name: 'renderer',
    builds: [{ config: 'renderer/vite.config.ts', mode: 'production' }],
    // The contract and the schemas that it is made of; a test walks the imports and finds one that is missing here.
    inputs: [
      ...COMMON,
      'renderer',
      'gateway/causes.ts',
      'gateway/captures/capture.ts',
      'gateway/control/contract',
      'gateway/diagnosis/explanation.ts',
      'gateway/store/schema.ts',
      'gateway/store/schema-transform.ts',
      'gateway/usage',
    ],
    outputs: ['dist/renderer/index.html'],
  },
  {
    name: 'electron',
    builds: [
      { config: 'vite.config.ts', mode: 'electron' },
      { config: 'vite.config.ts', mode: 'preload' },
    ],
    inputs: [...COMMON, 'vite.config.ts', 'electron', 'gateway', 'renderer/host.ts'],
    outputs: [
      'dist/electron/main.js',
      'dist/electron/preload.cjs',
      'dist/electron/captures-worker.js',
      'dist/electron/tokens-worker.js',
    ],
  },
  {
    name: 'cli',
    builds: [{ config: 'vite.config.ts', mode: 'cli' }],
    inputs: [...COMMON, 'vite.config.ts', 'gateway'],
    outputs: ['dist/cli/keyward.js', 'dist/cli/captures-worker.js', 'dist/cli/tokens-worker.js'],
  },
];
