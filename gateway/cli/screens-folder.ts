import { existsSync } from 'node:fs';
import path from 'node:path';

/** Where the built screens lie: beside the built CLI (`dist/renderer`), or in the checkout's `dist/`. */
export function screensFolder(): string {
  const beside = path.join(import.meta.dirname, '../renderer');
  return existsSync(path.join(beside, 'index.html')) ? beside : path.join(import.meta.dirname, '../../dist/renderer');
}
