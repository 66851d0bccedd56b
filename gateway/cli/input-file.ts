/** Files that commands read: bounded, and with faults in words. */
import { createReadStream } from 'node:fs';
import { CliError, EXIT, usage } from './cli-error.ts';

/** The bytes of a file, or of stdin for `-`, as a stream. */
export function openInput(file: string): NodeJS.ReadableStream {
  return file === '-' ? process.stdin : createReadStream(file);
}

/** The same whole; rejects in words where it cannot be read or holds more than `mostBytes`. */
export async function readInput(
  file: string,
  mostBytes: number,
  tooLarge: { readonly what: string; readonly next: string },
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of openInput(file)) {
      const bytes = Buffer.from(chunk as Buffer);
      sizeBytes += bytes.length;
      if (sizeBytes > mostBytes) throw usage(`${file} is too large ${tooLarge.what}.`, tooLarge.next);
      chunks.push(bytes);
    }
  } catch (error) {
    throw fileFault(file, error, 'read');
  }
  return Buffer.concat(chunks);
}

/** A fault of the file system in words; any other error as it is. */
export function fileFault(file: string, error: unknown, what: 'read' | 'written'): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  // A lost connection to the gateway has a code as well; it is nothing about the file.
  if (typeof code !== 'string' || !/^(?:open|read|write|close|rename)$/.test(syscall ?? '')) return error;
  const reasons: Record<string, string> = {
    ENOENT: what === 'read' ? 'it is not there' : 'its folder is not there',
    EISDIR: 'it is a folder',
    EACCES: `it may not be ${what}`,
    ENOSPC: 'the disk is full',
  };
  return new CliError(EXIT.failed, `${file} cannot be ${what}: ${reasons[code] ?? code}.`, 'Check the path.');
}
