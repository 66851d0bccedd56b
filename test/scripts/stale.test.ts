import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fingerprint, isStale, markFresh, markStale } from '../../scripts/stale.ts';
import { TARGETS, type Target } from '../../scripts/targets.ts';

const target: Target = { name: 'cli', builds: [], inputs: ['src', 'lock.json'], outputs: ['dist/out.js'] };

describe('knowing what is stale', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'keyward-stale-'));
    mkdirSync(path.join(root, 'src/deep'), { recursive: true });
    mkdirSync(path.join(root, 'dist'));
    writeFileSync(path.join(root, 'src/deep/a.ts'), 'one');
    writeFileSync(path.join(root, 'lock.json'), '{}');
    writeFileSync(path.join(root, 'dist/out.js'), 'built');
    markFresh(root, target, fingerprint(root, target.inputs));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('leaves alone what was built from these very inputs', () => {
    expect(isStale(root, target)).toBe(false);
  });

  it('is not fooled by a checkout that only touches files', () => {
    utimesSync(path.join(root, 'src/deep/a.ts'), new Date(), new Date(Date.now() + 60_000));
    expect(isStale(root, target)).toBe(false);
  });

  it('sees a changed, an added, a renamed and a removed input', () => {
    writeFileSync(path.join(root, 'src/deep/a.ts'), 'two');
    expect(isStale(root, target)).toBe(true);
    writeFileSync(path.join(root, 'src/deep/a.ts'), 'one');
    expect(isStale(root, target)).toBe(false);
    writeFileSync(path.join(root, 'src/b.ts'), '');
    expect(isStale(root, target)).toBe(true);
    rmSync(path.join(root, 'src/b.ts'));
    rmSync(path.join(root, 'lock.json'));
    expect(isStale(root, target)).toBe(true);
  });

  it('sees a missing output and a build that was interrupted', () => {
    rmSync(path.join(root, 'dist/out.js'));
    expect(isStale(root, target)).toBe(true);
    writeFileSync(path.join(root, 'dist/out.js'), 'built');
    markStale(root, target);
    expect(isStale(root, target)).toBe(true);
  });

  it('tells a text moved from one file to the next apart', () => {
    writeFileSync(path.join(root, 'src/x'), 'ab');
    writeFileSync(path.join(root, 'src/y'), '');
    const before = fingerprint(root, ['src']);
    writeFileSync(path.join(root, 'src/x'), 'a');
    writeFileSync(path.join(root, 'src/y'), 'b');
    expect(fingerprint(root, ['src'])).not.toBe(before);
  });
});

describe('the build targets', () => {
  const checkout = path.join(import.meta.dirname, '../..');

  /** The files that these reach by relative imports, themselves included; paths relative to the checkout. */
  function reachedFrom(files: readonly string[]): Set<string> {
    const reached = new Set<string>();
    const waiting = [...files];
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      if (reached.has(file)) continue;
      reached.add(file);
      if (!/\.tsx?$/.test(file)) continue;
      const text = readFileSync(path.join(checkout, file), 'utf8');
      for (const [, target = ''] of text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
        waiting.push(path.join(path.dirname(file), target.replace(/\?.*$/, '')));
      }
    }
    return reached;
  }

  it.each([
    [
      'renderer',
      readdirSync(path.join(checkout, 'renderer'))
        .filter((name) => name.endsWith('.tsx'))
        .map((name) => `renderer/${name}`),
    ],
    ['electron', ['electron/main.ts', 'electron/preload.ts', 'gateway/captures/worker.ts']],
    ['cli', ['gateway/cli/keyward.ts', 'gateway/captures/worker.ts']],
  ])('name every source that %s is made of', (name, entries) => {
    const inputs = TARGETS.find((candidate) => candidate.name === name)?.inputs ?? [];
    const reached = [...reachedFrom(entries)];
    expect(reached.length).toBeGreaterThan(20);
    const counted = (file: string) => inputs.some((input) => file === input || file.startsWith(`${input}/`));
    expect(reached.filter((file) => !counted(file))).toEqual([]);
  });
});
