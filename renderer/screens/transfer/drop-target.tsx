import { IconFileImport } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { looksLikeCurl } from './read-file.ts';
import classes from './transfer.module.css';

/** The whole window takes a drop while this is shown, and says so as something is dragged over it. */
export function DropTarget(props: {
  title: string;
  hint: string;
  onFiles: (files: File[]) => void;
  onText: (text: string) => void;
}) {
  const [over, setOver] = useState(false);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    // Entering a child comes before leaving its parent: only the count tells when the pointer has left the window.
    let inside = 0;
    const wanted = (event: DragEvent) =>
      event.dataTransfer?.types.some((type) => type === 'Files' || type === 'text/plain') ?? false;
    const onEnter = (event: DragEvent) => {
      if (!wanted(event)) return;
      event.preventDefault();
      inside += 1;
      setOver(true);
    };
    const onOver = (event: DragEvent) => {
      if (!wanted(event)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
    };
    const onLeave = () => {
      inside = Math.max(0, inside - 1);
      if (inside === 0) setOver(false);
    };
    const onDrop = (event: DragEvent) => {
      inside = 0;
      setOver(false);
      if (!wanted(event)) return;
      event.preventDefault();
      const files = [...(event.dataTransfer?.files ?? [])];
      const text = event.dataTransfer?.getData('text/plain') ?? '';
      if (files.length > 0) latest.current.onFiles(files);
      else if (text) latest.current.onText(text);
    };
    const onPaste = (event: ClipboardEvent) => {
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest('input, textarea, [contenteditable="true"]')) return;
      const files = [...(event.clipboardData?.files ?? [])];
      const text = event.clipboardData?.getData('text/plain') ?? '';
      if (files.length > 0) latest.current.onFiles(files);
      else if (looksLikeCurl(text)) latest.current.onText(text);
      else return;
      event.preventDefault();
    };
    window.addEventListener('dragenter', onEnter);
    window.addEventListener('dragover', onOver);
    window.addEventListener('dragleave', onLeave);
    window.addEventListener('drop', onDrop);
    window.addEventListener('paste', onPaste);
    return () => {
      window.removeEventListener('dragenter', onEnter);
      window.removeEventListener('dragover', onOver);
      window.removeEventListener('dragleave', onLeave);
      window.removeEventListener('drop', onDrop);
      window.removeEventListener('paste', onPaste);
    };
  }, []);
  if (!over) return null;
  return (
    <div className={classes.overlay}>
      <div className={classes.drop}>
        <IconFileImport size={40} stroke={1.4} aria-hidden />
        <b>{props.title}</b>
        <span>{props.hint}</span>
      </div>
    </div>
  );
}
