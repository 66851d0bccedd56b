/** Whole files that survive a crash: new content appears at once, complete and on the disk, or not at all. */
import { open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';

/**
 * Replaces `file` with `content`, mode 0600. When the promise resolves, the content and its name are on the disk;
 * when it rejects, the old file stands untouched.
 */
export async function writeDurably(file: string, content: string | Buffer): Promise<void> {
  await writeFileAtomic(file, '', {
    mode: 0o600,
    // write-file-atomic writes with one call and takes no notice of a short count, so that on a nearly full disk it
    // would put a truncated file in place. Written here, in a loop that ends whole or fails; it then syncs and renames.
    tmpfileCreated: ((temporary: string) => writeFile(temporary, content)) as unknown as (temporary: string) => void,
  });
  await syncDirectory(path.dirname(file));
}

/** Makes renames, creations and removals in `directory` durable. */
export async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return; // a folder cannot be opened there, and NTFS journals names by itself
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Names that write-file-atomic gives its temporary files: what a killed process leaves behind. */
export function isTemporaryOf(name: string, fileName: string): boolean {
  return name.startsWith(`${fileName}.`) && /^\d{1,10}$/.test(name.slice(fileName.length + 1));
}
