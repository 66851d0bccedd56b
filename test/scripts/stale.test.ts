import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fingerprint, isStale, markFresh, markStale } from '../../scripts/stale.ts';
import type { Target } from '../../scripts/targets.ts';

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
