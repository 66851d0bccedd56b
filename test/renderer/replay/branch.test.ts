import { describe, expect, it } from 'vitest';
import {
  type Branch,
  changed,
  fork,
  RECORDED,
  readBranches,
  writeBranches,
} from '../../../renderer/screens/replay/branch.ts';

const live: Branch = { mode: 'live', config: 'now', edits: [{ path: 'model', value: 'ü/日本' }], timing: false };

describe('branches of a replay', () => {
  it('come back from the address as they were written into it', () => {
    const branches = [live, { ...live, capture: 'c1', edits: [{ path: 'header.x', value: undefined }] }];
    const written = writeBranches(branches);
    expect(written).toMatch(/^[\w-]+$/);
    expect(readBranches(written)).toEqual(JSON.parse(JSON.stringify(branches)));
  });

  it('are none where the address holds anything else', () => {
    expect(readBranches('search')).toEqual([]);
    expect(readBranches('')).toEqual([]);
    expect(readBranches(btoa('[{"mode":"shout"}]').replace(/=+$/, ''))).toEqual([]);
  });

  it('fork from what was recorded into a dry run, so that trying something sends nothing', () => {
    expect(fork(RECORDED)).toMatchObject({ mode: 'dry-run', config: 'now', edits: [] });
  });

  it('fork from each other with their edits but not with what they became', () => {
    const made = fork({ ...live, capture: 'c1' });
    expect(made).toEqual(live);
  });

  it('forget what they became as soon as anything about them changes', () => {
    expect(changed({ ...live, capture: 'c1' }, { edits: [] }).capture).toBeUndefined();
  });

  it('take the settings of then to serve a recording, of now to send', () => {
    expect(changed(live, { mode: 'recorded' }).config).toBe('then');
    expect(changed({ ...live, mode: 'recorded', config: 'then' }, { mode: 'live' }).config).toBe('now');
    expect(changed(live, { mode: 'recorded', config: 'now' }).config).toBe('now');
  });
});
