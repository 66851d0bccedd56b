/** Hands a file to the person: the browser, or the desktop window, asks where to or puts it among the downloads. */
export function saveFile(file: { fileName: string; mediaType: string; parts: readonly BlobPart[] }): void {
  const url = URL.createObjectURL(new Blob([...file.parts], { type: file.mediaType }));
  const link = document.createElement('a');
  link.href = url;
  link.download = file.fileName;
  link.click();
  // The download has its own hold on the bytes once it began.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
