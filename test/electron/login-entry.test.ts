import { describe, expect, it } from 'vitest';
import { autostartEntry } from '../../electron/login-entry.ts';

const exec = (program: string) => /^Exec=(.*)$/m.exec(autostartEntry(program))?.[1];

describe('the autostart entry', () => {
  it('starts the program hidden', () => {
    expect(exec('/opt/Keyward/keyward')).toBe('"/opt/Keyward/keyward" --hidden');
  });

  it('quotes what a path may hold, so that it stays one word and runs nothing else', () => {
    expect(exec('/home/a b/Key%ward')).toBe('"/home/a b/Key%%ward" --hidden');
    expect(exec('/home/$(x)/`y`/"z"')).toBe('"/home/\\\\$(x)/\\\\`y\\\\`/\\\\"z\\\\"" --hidden');
    expect(exec('/home/back\\slash')).toBe('"/home/back\\\\\\\\slash" --hidden');
  });
});
