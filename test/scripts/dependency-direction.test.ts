import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '../..');

/** A house in which every file but those of `house` breaks exactly one rule, with TypeScript's type imports and `.ts` endings. */
const house: Record<string, string> = {
  'gateway/index.ts': `export { run } from './pipeline.ts';`,
  'gateway/pipeline.ts': `import type { Exchange } from './exchange.ts'; export const run = (exchange: Exchange): Exchange => exchange;`,
  'gateway/exchange.ts': `export type Exchange = { id: string };`,
  'gateway/control/contract/index.ts': `export const contract = {};`,
  'gateway/control/router.ts': `export { contract } from './contract/index.ts';`,
  'electron/main.ts': `import { run } from '../gateway/index.ts'; export const main = run;`,
  'renderer/app.tsx': `import { contract } from '../gateway/control/contract/index.ts'; export const App = () => <p>{String(contract)}</p>;`,
};

const violations: Record<string, { file: string; text: string }> = {
  'electron-knows-the-gateway-only': { file: 'electron/a.ts', text: `import '../renderer/app.tsx';` },
  'renderer-knows-the-contract-only': {
    file: 'renderer/b.ts',
    text: `import type { Exchange } from '../gateway/exchange.ts'; export type B = Exchange;`,
  },
  'renderer-has-no-node': { file: 'renderer/c.ts', text: `import 'node:fs';` },
  'gateway-is-plain-node': { file: 'gateway/d.ts', text: `import '../electron/main.ts';` },
  'contract-is-pure': { file: 'gateway/control/contract/e.ts', text: `import 'node:net';` },
  'contract-stays-pure-through-what-it-imports': {
    file: 'gateway/control/contract/f.ts',
    text: `import '../../store/vault.ts';`,
  },
  'gateway-only-downwards-from-the-pipeline': {
    file: 'gateway/stages/g.ts',
    text: `import type { contract } from '../control/router.ts'; export type G = typeof contract;`,
  },
  'gateway-only-downwards-from-dialects-models-providers-routing-store-captures-limits': {
    file: 'gateway/store/vault.ts',
    text: `import '../pipeline.ts';`,
  },
  'gateway-only-downwards-from-replay-and-diagnosis': {
    file: 'gateway/diagnosis/h.ts',
    text: `import '../control/router.ts';`,
  },
  'gateway-only-downwards-from-control': { file: 'gateway/control/i.ts', text: `import '../index.ts';` },
  'gateway-only-downwards-from-the-shared-types': { file: 'gateway/upstream.ts', text: `import './pipeline.ts';` },
  'no-circles': {
    file: 'gateway/replay/j.ts',
    text: `import type { K } from './k.ts'; export type J = K | undefined;`,
  },
  'no-unresolved': { file: 'gateway/l.ts', text: `import './nowhere.ts';` },
};

describe('the dependency-direction check', () => {
  let folder: string;
  let found: { name: string; from: string }[];

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'keyward-arrows-'));
    const write = (file: string, text: string) => {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), text);
    };
    cpSync(path.join(root, '.dependency-cruiser.cjs'), path.join(folder, '.dependency-cruiser.cjs'));
    cpSync(path.join(root, 'tsconfig.json'), path.join(folder, 'tsconfig.json'));
    write('package.json', '{ "type": "module" }');
    write('gateway/replay/k.ts', `import type { J } from './j.ts'; export type K = { inner?: J };`);
    for (const [file, text] of Object.entries(house)) write(file, text);
    for (const { file, text } of Object.values(violations)) write(file, text);

    const cruise = path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const output = spawnSync(process.execPath, [cruise, '--output-type', 'json', 'electron', 'renderer', 'gateway'], {
      cwd: folder,
      encoding: 'utf8',
    });
    const report = JSON.parse(output.stdout) as { summary: { violations: { rule: { name: string }; from: string }[] } };
    found = report.summary.violations.map(({ rule, from }) => ({ name: rule.name, from }));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(Object.keys(violations))('catches a breach of %s', (name) => {
    expect(found).toContainEqual({ name, from: violations[name]?.file });
  });

  it('gives every part of the gateway a layer, so that nothing stands outside the rules', () => {
    const require = createRequire(import.meta.url);
    const { forbidden } = require(path.join(root, '.dependency-cruiser.cjs')) as {
      forbidden: { name: string; from: { path?: string }; to: { path?: string } }[];
    };
    const layers = forbidden
      .filter(({ name }) => name.startsWith('gateway-only-downwards'))
      .flatMap(({ from, to }) => [from.path, to.path])
      .map((pattern) => new RegExp(pattern ?? '$^'));
    const parts = readdirSync(path.join(root, 'gateway'), { withFileTypes: true }).map((entry) =>
      entry.isDirectory() ? `gateway/${entry.name}/any.ts` : `gateway/${entry.name}`,
    );
    expect(parts.filter((part) => !layers.some((layer) => layer.test(part)))).toEqual([]);
  });

  it('says nothing against the house itself', () => {
    const innocent = Object.keys(house);
    expect(found.filter(({ name, from }) => name !== 'no-circles' && innocent.includes(from))).toEqual([]);
  });
});
