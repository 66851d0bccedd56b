/** A configuration file of any form, read: bytes in, what it asks for out. */
import { TransferError } from '../transfer-error.ts';
import { type ConfigFile, readConfigFile } from './config-file.ts';
import { openSecrets } from './seal-file.ts';
import { putBack } from './write-config.ts';

const MOST_BYTES = 8 * 1024 * 1024;

export interface ReadOptions {
  readonly passphrase?: string;
}

export interface ReadConfig {
  readonly format: 'keyward';
  readonly file: ConfigFile;
  readonly notes: readonly { readonly place: string; readonly sentence: string }[];
  readonly missing: readonly string[];
  /** Secrets are in it that were not opened. */
  readonly sealed: boolean;
}

/** Rejects with a TransferError for what is no configuration; nothing of the file is quoted. */
export async function readConfig(bytes: Buffer, options: ReadOptions): Promise<ReadConfig> {
  const json = parseJson(textOf(bytes));
  const file = readConfigFile(json);
  const { sealed, omitted = [] } = file;
  if (sealed && options.passphrase !== undefined) {
    putBack(file, await openSecrets(json, sealed, options.passphrase));
    return { format: 'keyward', file: readConfigFile(file), notes: [], missing: [], sealed: false };
  }
  const notes = omitted.map((pointer) => ({
    place: pointer,
    sentence: 'A secret stood here, and is not in the open part of the file: set it again.',
  }));
  return { format: 'keyward', file, notes, missing: [], sealed: sealed !== undefined };
}

function textOf(bytes: Buffer): string {
  if (bytes.length > MOST_BYTES) {
    throw new TransferError(
      'The file is too large for a configuration.',
      'Choose the file that holds the configuration.',
    );
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new TransferError(
      'The file is no text, so it is no configuration.',
      'Choose the file that holds the configuration.',
    );
  }
  if (text.includes('\u0000')) {
    throw new TransferError(
      'The file is binary, so it is no configuration.',
      'Choose the file that holds the configuration.',
    );
  }
  if (text.trim() === '')
    throw new TransferError('The file is empty.', 'Choose the file that holds the configuration.');
  return text;
}

function parseJson(text: string): object {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new TransferError('The file is no JSON.', 'Correct it; `keyward config export` shows how one looks.');
  }
  if (typeof json === 'object' && json !== null) return json;
  throw new TransferError('The file is no JSON object.', 'Correct it; `keyward config export` shows how one looks.');
}
