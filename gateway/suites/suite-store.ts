/**
 * `HOME/suites/`: NAME.json holds the cases for people to read and edit, NAME.keyward the captures they pin, so that
 * retention loses nothing, and runs/NAME.json the newest runs. The first two, copied together, run anywhere.
 */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { type SuiteFile, suiteFileSchema } from '../control/contract/suites.ts';
import { writeDurably } from '../store/durable-file.ts';
import { homePaths } from '../store/home.ts';
import { isMissing } from '../store/store-error.ts';
import { BUNDLE_ENDING } from '../transfer/bundle-format.ts';
import { whatIsWrong } from '../word-issue.ts';
import { type KeptRun, keptRunsSchema, MOST_RUNS } from './run-history.ts';
import { SuiteError } from './suite-error.ts';

const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const SUITE_VERSION = 1;

export const EMPTY_SUITE: SuiteFile = { keyward: 'suite', version: SUITE_VERSION, cases: [] };

/** Throws SuiteError, with the first thing that is wrong, for a text that is no suite. */
export function parseSuite(text: string, name: string): SuiteFile {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    throw new SuiteError('invalid', `The suite ${name} is no JSON.`, 'Correct the file.');
  }
  const version = (value as { version?: unknown } | null)?.version;
  if (typeof version === 'number' && version > SUITE_VERSION) {
    throw new SuiteError('invalid', `The suite ${name} was written by a newer Keyward.`, 'Update Keyward to run it.');
  }
  const parsed = suiteFileSchema.safeParse(value);
  if (!parsed.success) {
    throw new SuiteError(
      'invalid',
      `The suite ${name} does not have the right form: ${whatIsWrong(parsed.error.issues, value)}.`,
      'Correct the file.',
    );
  }
  const ids = new Set<string>();
  for (const { id } of parsed.data.cases) {
    if (ids.has(id))
      throw new SuiteError(
        'invalid',
        `The suite ${name} has two cases with the id "${id.slice(0, 60)}".`,
        'Give each its own.',
      );
    ids.add(id);
  }
  return parsed.data;
}

export class SuiteStore {
  private readonly folder: string;
  /** Changes are made one after the other. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(home: string) {
    this.folder = homePaths(home).suites;
  }

  async names(): Promise<string[]> {
    const files = await readdir(this.folder).catch(whereMissing([] as string[]));
    return files
      .flatMap((file) => (file.endsWith('.json') && NAME.test(file.slice(0, -5)) ? [file.slice(0, -5)] : []))
      .sort();
  }

  /** Undefined where there is none of that name. */
  async find(name: string): Promise<SuiteFile | undefined> {
    if (!NAME.test(name)) return undefined;
    const text = await readFile(this.file(name, '.json'), 'utf8').catch(whereMissing(undefined));
    return text === undefined ? undefined : parseSuite(text, name);
  }

  async get(name: string): Promise<SuiteFile> {
    const suite = await this.find(name);
    if (suite) return suite;
    throw new SuiteError(
      'not-found',
      `There is no suite "${name.slice(0, 64)}" here.`,
      '`keyward suites list` shows those there are.',
    );
  }

  /** Null where none lies beside the suite. */
  async bundle(name: string): Promise<Buffer | null> {
    return readFile(this.file(name, BUNDLE_ENDING)).catch(whereMissing(null));
  }

  /** Newest first. */
  async runs(name: string): Promise<KeptRun[]> {
    const text = await readFile(this.runsFile(name), 'utf8').catch(whereMissing(undefined));
    if (text === undefined) return [];
    try {
      return keptRunsSchema.parse(JSON.parse(text));
    } catch {
      return []; // a torn history must not keep the suite from running
    }
  }

  /** The bundle goes first: a suite never names a capture that is not there. */
  async write(name: string, suite: SuiteFile, bundle: Buffer | undefined): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    if (bundle) await writeDurably(this.file(name, BUNDLE_ENDING), bundle);
    await writeDurably(this.file(name, '.json'), `${JSON.stringify(suite, null, 2)}\n`);
  }

  async addRun(name: string, run: KeptRun): Promise<void> {
    await mkdir(path.dirname(this.runsFile(name)), { recursive: true, mode: 0o700 });
    const runs = [run, ...(await this.runs(name))].slice(0, MOST_RUNS);
    await writeDurably(this.runsFile(name), JSON.stringify(runs));
  }

  async remove(name: string): Promise<void> {
    await this.get(name);
    for (const file of [this.file(name, '.json'), this.file(name, BUNDLE_ENDING), this.runsFile(name)])
      await rm(file, { force: true });
  }

  alone<T>(change: () => Promise<T>): Promise<T> {
    const mine = this.last.then(change, change);
    this.last = mine.catch(() => undefined);
    return mine;
  }

  private file(name: string, ending: string): string {
    return path.join(this.folder, `${name}${ending}`);
  }

  private runsFile(name: string): string {
    return path.join(this.folder, 'runs', `${name}.json`);
  }
}

function whereMissing<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (isMissing(error)) return instead;
    throw error;
  };
}
