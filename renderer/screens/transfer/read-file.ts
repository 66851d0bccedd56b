/** A dropped or chosen file as the control interface takes it: text as it is, anything else in base64. */
export interface ImportContent {
  readonly content: string;
  readonly encoding: 'utf8' | 'base64';
  readonly fileName: string;
}

export const IMPORT_AT_MOST_BYTES = 64 * 1024 * 1024;

export async function readFile(file: File): Promise<ImportContent> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  try {
    // A byte order mark is not part of the text.
    const content = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { content, encoding: 'utf8', fileName: file.name };
  } catch {
    return { content: base64(bytes), encoding: 'base64', fileName: file.name };
  }
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let from = 0; from < bytes.length; from += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(from, from + 0x8000));
  }
  return btoa(binary);
}

/** Whether pasted text is a command to import, not something meant for a field. */
export const looksLikeCurl = (text: string) => /^\s*(?:\$\s*)?curl(?:\.exe)?\s/.test(text);
