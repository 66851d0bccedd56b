/** Hands a file to the person: the browser, or the desktop window, asks where to or puts it among the downloads. */
import type { Exported } from '../../../gateway/control/contract/transfer.ts';

export function saveFile(file: Pick<Exported, 'fileName' | 'mediaType' | 'content' | 'encoding'>): void {
  const url = URL.createObjectURL(new Blob([fileBytes(file)], { type: file.mediaType }));
  const link = document.createElement('a');
  link.href = url;
  link.download = file.fileName;
  link.click();
  // The download has its own hold on the bytes once it began.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function fileBytes(file: Pick<Exported, 'content' | 'encoding'>): BlobPart {
  if (file.encoding === 'utf8') return file.content;
  const binary = atob(file.content);
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
