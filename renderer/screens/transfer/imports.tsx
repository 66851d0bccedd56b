import { useNavigate, useSearch } from '@tanstack/react-router';
import { words } from '../../words/words.ts';
import { DropTarget } from './drop-target.tsx';
import { ImportDialog } from './import-dialog.tsx';
import { useImport } from './use-import.ts';

/** Import on the requests' screen: by drop, by paste, and by the dialog that `?import=any` opens. */
export function Imports() {
  const search = useSearch({ strict: false }) as { import?: string };
  const navigate = useNavigate();
  const imports = useImport();
  const close = () => void navigate({ to: '.', search: (before) => ({ ...before, import: undefined }), replace: true });
  return (
    <>
      <DropTarget
        title={words.transfer.drop}
        hint={words.transfer.dropHint}
        onFiles={(files) => void imports.files(files)}
        onText={(text) => void imports.text(text)}
      />
      <ImportDialog
        opened={search.import !== undefined || imports.importing.state !== 'idle'}
        onClose={close}
        imports={imports}
      />
    </>
  );
}
