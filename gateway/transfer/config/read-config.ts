/** A configuration file of any form, read: bytes in, what it asks for out. */
import { TransferError } from '../transfer-error.ts';
import { type ConfigFile, readConfigFile } from './config-file.ts';
import type { ConfigDraft, ForeignFormat, Note } from './draft.ts';
import { isCcSwitch, readCcSwitch } from './read-cc-switch.ts';
import { parseEnv, readEnv } from './read-env.ts';
import { parseYaml, readLitellm } from './read-litellm.ts';
import { isChannelList, readOneApi } from './read-one-api.ts';
import { openSecrets } from './seal-file.ts';
import { fieldsOf } from './values.ts';
import { putBack } from './write-config.ts';

const MOST_BYTES = 8 * 1024 * 1024;
const CHOOSE = 'Choose the file that holds the configuration.';

export interface ReadOptions {
  readonly format: 'auto' | 'keyward' | ForeignFormat;
  readonly passphrase?: string;
  /** Values of the variables that the file names. */
  readonly environment: Readonly<Record<string, string>>;
}

interface Read {
  readonly notes: readonly Note[];
  readonly missing: readonly string[];
  /** Secrets are in it that were not opened. */
  readonly sealed: boolean;
}
export type ReadConfig =
  | (Read & { readonly format: 'keyward'; readonly file: ConfigFile })
  | (Read & { readonly format: ForeignFormat; readonly draft: ConfigDraft });

/** Rejects with a TransferError for what is no configuration; nothing of the file is quoted. */
export async function readConfig(bytes: Buffer, options: ReadOptions): Promise<ReadConfig> {
  const text = textOf(bytes);
  const json = jsonOf(text);
  const format = options.format === 'auto' ? formatOf(text, json) : options.format;
  if (format === 'keyward') return readOwn(json, options.passphrase);
  const draft = draftOf(format, text, json, options.environment);
  if (draft.providers.length + draft.routes.length === 0 && draft.notes.length === 0) {
    throw new TransferError(`There is nothing in this file that could be taken over (read as ${format}).`, CHOOSE);
  }
  return { format, draft, notes: draft.notes, missing: [...draft.missing], sealed: false };
}

/** What is JSON is told by its fields; else YAML with a model list, else lines of variables. */
function formatOf(text: string, json: unknown): 'keyward' | ForeignFormat {
  if (json !== undefined) {
    if (fieldsOf(json)?.keyward === 'config') return 'keyward';
    if (isChannelList(json)) return 'one-api';
    if (isCcSwitch(json)) return 'cc-switch';
    if (fieldsOf(json)?.model_list) return 'litellm';
    if (fieldsOf(json)) return 'keyward';
  } else if (/^model_list[ \t]*:/m.test(text)) return 'litellm';
  else if (parseEnv(text).size > 0) return 'env';
  throw new TransferError(
    'What this file is cannot be told: it is no configuration of Keyward, LiteLLM, one-api, new-api or CC Switch, and no .env file.',
    'Name its form with --format, if it is one of these.',
  );
}

function draftOf(
  format: ForeignFormat,
  text: string,
  json: unknown,
  environment: ReadOptions['environment'],
): ConfigDraft {
  if (format === 'env') return readEnv(parseEnv(text));
  if (format === 'litellm') {
    const config = fieldsOf(json ?? parseYaml(text));
    if (!config) throw new TransferError('The file is no configuration of LiteLLM: it has no sections.', CHOOSE);
    return readLitellm(config, environment);
  }
  if (json === undefined) throw noJson();
  return format === 'one-api' ? readOneApi(json) : readCcSwitch(json);
}

async function readOwn(json: unknown, passphrase: string | undefined): Promise<ReadConfig> {
  if (json === undefined) throw noJson();
  const file = readConfigFile(json);
  const { sealed, omitted = [] } = file;
  if (sealed && passphrase !== undefined) {
    putBack(file, await openSecrets(json as object, sealed, passphrase));
    return { format: 'keyward', file: readConfigFile(file), notes: [], missing: [], sealed: false };
  }
  const notes = omitted.map((pointer) => ({
    place: pointer,
    sentence: 'A secret stood here, and is not in the open part of the file: set it again.',
  }));
  return { format: 'keyward', file, notes, missing: [], sealed: sealed !== undefined };
}

function textOf(bytes: Buffer): string {
  if (bytes.length > MOST_BYTES) throw new TransferError('The file is too large for a configuration.', CHOOSE);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new TransferError('The file is no text, so it is no configuration.', CHOOSE);
  }
  if (text.includes('\u0000')) throw new TransferError('The file is binary, so it is no configuration.', CHOOSE);
  if (text.trim() === '') throw new TransferError('The file is empty.', CHOOSE);
  return text;
}

/** Undefined where it is no JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function noJson(): TransferError {
  return new TransferError('The file is no JSON.', 'Correct it; `keyward config export` shows how one looks.');
}
