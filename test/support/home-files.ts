import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/**
 * Every file of a home, for a search: bytes as Latin-1, compressed ones opened. A gateway that runs writes a file under a
 * name for the time being and then renames it: what vanishes between listing and reading is looked for again.
 */
export async function textsOf(home: string): Promise<{ readonly name: string; readonly text: string }[]> {
  const texts = new Map<string, string>();
  for (let vanished = true; vanished; ) {
    vanished = false;
    for (const entry of await readdir(home, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name);
      if (!entry.isFile() || texts.has(file)) continue;
      try {
        const bytes = await readFile(file);
        texts.set(file, (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1'));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        vanished = true;
      }
    }
  }
  return [...texts].map(([name, text]) => ({ name, text }));
}
