import type { EXPORT_FORMATS } from '../../../gateway/control/contract/transfer.ts';
import { api } from '../../api.ts';
import { copyText } from '../../parts/copy-button.tsx';
import { say, sayProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import { saveFile } from './save-file.ts';

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

export type Format = (typeof EXPORT_FORMATS)[number];

/** Captures on their way out, saved or copied; what happened is said at the edge of the window. */
export function useExport() {
  const w = words.transfer;
  return {
    save: async (ids: string[], format: Format) => {
      try {
        const file = { fileName: format as string, mediaType: 'application/octet-stream', parts: [] as BlobPart[] };
        // A piece at a time: ten thousand requests need not fit into one message.
        for await (const piece of await api.transfer.download({ ids, format })) {
          if ('fileName' in piece) Object.assign(file, { fileName: piece.fileName, mediaType: piece.mediaType });
          else if ('base64' in piece) file.parts.push(bytesOf(piece.base64));
        }
        saveFile(file);
        say(w.saved(file.fileName));
      } catch (error) {
        sayProblem(error);
      }
    },
    copy: async (ids: string[], format: Format) => {
      try {
        const file = await api.transfer.export({ ids, format });
        await copyText(file.content);
        say(w.copied(w.formats[format]));
      } catch (error) {
        sayProblem(error);
      }
    },
  };
}
