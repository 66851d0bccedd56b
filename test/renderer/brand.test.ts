import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('has one mark, in the window’s icon and in the screens', () => {
  const mark = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  expect(mark('renderer/keyward.svg')).toBe(mark('electron/icons/icon.svg'));
});
