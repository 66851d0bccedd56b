/**
 * Imports run one way: electron → gateway, renderer → the control contract, and inside gateway/ downwards through the
 * layers below. test/scripts/dependency-direction.test.ts proves that each rule bites.
 */

/** Top to bottom. A layer may use its own and every lower one. */
const LAYERS = [
  ['the doors', ['(index|services|unreadable|classify-answer)\\.ts$', 'cli/', 'observe/']],
  ['control', ['control/(?!contract/)']],
  ['experiments', ['experiments/']],
  ['replay and diagnosis', ['replay/', 'diagnosis/', 'transfer/', 'suites/']],
  [
    'the pipeline',
    [
      '(pipeline|server|guard|turn-response|run-attempts|run-exchange|run-stages|run-upgrade|probe-provider|key-health|model-lists)\\.ts$',
      'stages/',
      'upstreams/',
    ],
  ],
  [
    'dialects, models, providers, routing, store, captures, limits',
    [
      'dialects/',
      'models/',
      'providers/',
      'routing/',
      'store/',
      'captures/',
      'usage/',
      'cache/',
      'limits/',
      'json/',
      'transform/',
    ],
  ],
  [
    'the shared types',
    [
      'exchange\\.ts$',
      'causes\\.ts$',
      'upstream\\.ts$',
      'log\\.ts$',
      'deadline\\.ts$',
      'rest\\.ts$',
      'give-memory-back\\.ts$',
      'local-time\\.ts$',
      'word-issue\\.ts$',
    ],
  ],
];

const inGateway = (paths) => `^gateway/(${paths.join('|')})`;

/** Type files that describe what leaves the house (an explanation, say): lower layers may speak of it. */
const SPOKEN_OF_BELOW = '^gateway/diagnosis/explanation\\.ts$';

const downwards = LAYERS.slice(1).map(([name, paths], index) => ({
  name: `gateway-only-downwards-from-${name.replaceAll(/[ ,]+/g, '-')}`,
  comment: `${name} must not know what stands above: ${LAYERS.slice(0, index + 1)
    .map(([above]) => above)
    .join('; ')}.`,
  severity: 'error',
  from: { path: inGateway(paths) },
  to: { path: inGateway(LAYERS.slice(0, index + 1).flatMap(([, above]) => above)), pathNot: SPOKEN_OF_BELOW },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolved',
      comment: 'An import that does not resolve would pass every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'electron-knows-the-gateway-only',
      comment: 'The shell shows the screens as files; the one thing both must agree on is renderer/host.ts.',
      severity: 'error',
      from: { path: '^electron/' },
      to: { path: '^(renderer|test|scripts)/', pathNot: '^renderer/host\\.ts$' },
    },
    {
      name: 'renderer-knows-the-contract-only',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: '^(electron|gateway|test|scripts)/', pathNot: '^gateway/control/contract/' },
    },
    {
      name: 'renderer-runs-in-a-browser',
      comment: 'Node and Electron do not exist where the screens run.',
      severity: 'error',
      from: { path: '^renderer/', pathNot: '^renderer/vite\\.config\\.ts$' },
      to: { path: ['^node_modules/electron/', '^electron$'], dependencyTypes: ['core', 'npm', 'npm-dev'] },
    },
    {
      name: 'renderer-has-no-node',
      severity: 'error',
      from: { path: '^renderer/', pathNot: '^renderer/vite\\.config\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'gateway-is-plain-node',
      comment: 'No Electron, no screens: it runs headless.',
      severity: 'error',
      from: { path: '^gateway/' },
      to: { path: ['^(electron|renderer|test|scripts)/', '^node_modules/(electron|react|react-dom|@mantine)/'] },
    },
    {
      name: 'contract-is-pure',
      comment: 'It is bundled into the screens: schemas and types, nothing that opens a file or a socket.',
      severity: 'error',
      from: { path: '^gateway/control/contract/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'contract-stays-pure-through-what-it-imports',
      severity: 'error',
      from: { path: '^gateway/control/contract/' },
      to: { path: '^gateway/(store/(?!schema)|captures/(?!capture\\.ts)|diagnosis/(?!explanation\\.ts))' },
    },
    {
      name: 'what-ships-needs-no-development-package',
      severity: 'error',
      from: { path: '^(electron|gateway)/' },
      to: { dependencyTypes: ['npm-dev'], pathNot: '^node_modules/(electron|@types)/' },
    },
    ...downwards,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true, // type imports are arrows too
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
    externalModuleResolutionStrategy: 'node_modules',
  },
};
