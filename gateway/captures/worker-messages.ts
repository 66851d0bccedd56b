/** What recorder and worker say to each other. */

import type { Notice } from '../store/notice.ts';
import type { CheckedCaptureQuery } from './capture.ts';
import type { ImportedRecords } from './imports.ts';
import type { RetentionPolicy } from './retention.ts';
import type { SpendEntry } from './spend-book.ts';
import type { TemplateText } from './template.ts';
import type { UsageBatch, UsageQuery } from './usage-store.ts';

export interface WorkerOptions {
  readonly file: string;
  readonly retention: RetentionPolicy;
  /** An earlier thread of this process died: its templates are still in use. */
  readonly again: boolean;
}

/** `key` is `a:`, `g:` or `k:` and an app's, gateway key's or provider key's id; the number is epoch milliseconds. */
export type LastUsedEntry = readonly [key: string, atMs: number];

export type ToWorker =
  /** The first message. */
  | { readonly type: 'open'; readonly options: WorkerOptions }
  | {
      readonly type: 'batch';
      readonly sequence: number;
      readonly memory: SharedArrayBuffer;
      readonly length: number;
      readonly lastUsed: readonly LastUsedEntry[];
      readonly spent: readonly SpendEntry[];
      /** What records of this batch and later ones are written like. */
      readonly templates: readonly TemplateText[];
      readonly usage: UsageBatch;
    }
  /** Nothing in later batches is written like the templates so far. */
  | { readonly type: 'retire' }
  /** Nothing goes on: memory that a burst needed can be given back. */
  | { readonly type: 'rest' }
  | { readonly type: 'retention'; readonly policy: RetentionPolicy }
  | { readonly type: 'call'; readonly call: number; readonly request: WorkerRequest };

export type WorkerRequest =
  | { readonly method: 'list'; readonly query: CheckedCaptureQuery }
  | { readonly method: 'get'; readonly id: string }
  | { readonly method: 'count' }
  | { readonly method: 'lastUsed' }
  | { readonly method: 'usage'; readonly query: UsageQuery }
  | { readonly method: 'import'; readonly given: ImportedRecords }
  | { readonly method: 'importedConfig'; readonly id: string }
  /** Without `beforeMs`: what the policy no longer keeps. */
  | { readonly method: 'prune'; readonly beforeMs?: number }
  /** Resolves when nothing is left to be settled; for tests and benchmarks. */
  | { readonly method: 'settle' }
  | { readonly method: 'close' };

export type FromWorker =
  | { readonly type: 'ready'; readonly highest: number; readonly spent: readonly SpendEntry[] }
  | {
      readonly type: 'committed';
      readonly sequence: number;
      readonly droppedBodies: number;
      readonly droppedRows: number;
    }
  | { readonly type: 'reply'; readonly call: number; readonly value?: unknown; readonly error?: string }
  | { readonly type: 'notice'; readonly notice: Notice }
  | { readonly type: 'notice-over'; readonly id: string };
