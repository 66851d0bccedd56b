import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Imported } from '../../../gateway/control/contract/transfer.ts';
import { api, type Problem } from '../../api.ts';
import { bytes } from '../../format.ts';
import { toProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import { IMPORT_AT_MOST_BYTES, type ImportContent, readFile } from './read-file.ts';

export type Importing =
  | { readonly state: 'idle' }
  | { readonly state: 'working'; readonly name: string }
  | { readonly state: 'failed'; readonly problem: Problem }
  | { readonly state: 'done'; readonly imported: Imported };

/** Requests on their way in, from a file or from pasted text. */
export function useImport() {
  const client = useQueryClient();
  const w = words.transfer;
  const [importing, setImporting] = useState<Importing>({ state: 'idle' });
  const send = async (name: string, read: () => Promise<Omit<ImportContent, 'fileName'> & { fileName?: string }>) => {
    setImporting({ state: 'working', name });
    try {
      const imported = await api.transfer.import(await read());
      setImporting({ state: 'done', imported });
      void client.invalidateQueries({ queryKey: ['capture-list'] });
    } catch (error) {
      setImporting({ state: 'failed', problem: toProblem(error) });
    }
  };
  const refuse = (sentence: string, next: string | null) =>
    setImporting({ state: 'failed', problem: { code: 'REFUSED', sentence, next } });

  return {
    importing,
    reset: () => setImporting({ state: 'idle' }),
    text: (content: string) => send(w.pastedName, async () => ({ content, encoding: 'utf8' })),
    files: async (files: readonly File[]) => {
      const [file, another] = files;
      if (!file) return;
      if (another) return refuse(w.several, null);
      if (file.size > IMPORT_AT_MOST_BYTES)
        return refuse(w.tooLarge(bytes(file.size), bytes(IMPORT_AT_MOST_BYTES)), null);
      const content = await readFile(file).catch(() => null);
      if (!content) return refuse(w.unreadable, w.unreadableNext);
      await send(file.name, async () => content);
    },
  };
}
export type ImportState = ReturnType<typeof useImport>;
