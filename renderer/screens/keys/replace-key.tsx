import { Button, Group, Modal } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { KeyRow } from '../../../gateway/control/contract/index.ts';
import { api, queries } from '../../api.ts';
import { ExternalLink } from '../../parts/external.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { useAction } from '../../parts/use-action.ts';
import { words } from '../../words/words.ts';
import classes from './keys.module.css';
import { PasteFindings } from './paste-findings.tsx';
import { type Saved, SavedKey } from './saved-key.tsx';
import { SecretField } from './secret-field.tsx';
import { usePasteAnalysis } from './use-paste-analysis.ts';

/** A new secret for a key that is there: id, label and history stay. */
export function ReplaceKey({ keyRow, onClose }: { keyRow: KeyRow | undefined; onClose: () => void }) {
  const [round, setRound] = useState(0);
  return (
    <Modal
      opened={keyRow !== undefined}
      onClose={onClose}
      title={keyRow ? words.keys.replaceTitle(keyRow.label) : ''}
      size="lg"
    >
      {keyRow && (
        <ReplaceForm
          key={`${round} ${keyRow.id}`}
          keyRow={keyRow}
          onClose={onClose}
          onAnother={() => setRound(round + 1)}
        />
      )}
    </Modal>
  );
}

function ReplaceForm({ keyRow, onClose, onAnother }: { keyRow: KeyRow; onClose: () => void; onAnother: () => void }) {
  const w = words.keys;
  const client = useQueryClient();
  const providers = useQuery(queries.providers.list.queryOptions());
  const name = providers.data?.find((provider) => provider.id === keyRow.provider)?.name ?? keyRow.provider;
  const [secret, setSecret] = useState('');
  const [saved, setSaved] = useState<Saved | null>(null);
  const saving = useAction();
  const { analysis, problem, reading } = usePasteAnalysis(secret, keyRow.provider);

  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!analysis?.usable) return;
    const done = await saving.run(() =>
      api.keys.replace({ id: keyRow.id, secret: analysis.cleaned ?? secret, check: true }),
    );
    if (!done) return;
    setSecret('');
    setSaved(done);
    void client.invalidateQueries({ queryKey: queries.keys.key() });
  };

  if (saved) return <SavedKey saved={saved} providerName={name} onAnother={onAnother} onDone={onClose} />;
  return (
    <form className={classes.form} onSubmit={save}>
      <p>{w.replaceLead}</p>
      <SecretField value={secret} onChange={setSecret} hint={w.pasteHint} />
      {analysis && secret !== '' && <PasteFindings analysis={analysis} />}
      {problem && <ProblemNote problem={problem} />}
      {saving.problem && <ProblemNote problem={saving.problem} />}
      <Group justify="space-between" gap="xs">
        <span>{keyRow.replaceUrl && <ExternalLink url={keyRow.replaceUrl}>{w.keysPage(name)}</ExternalLink>}</span>
        <Group gap="xs">
          <Button variant="default" onClick={onClose}>
            {words.common.cancel}
          </Button>
          <Button type="submit" loading={saving.pending} disabled={!analysis?.usable || reading}>
            {w.save}
          </Button>
        </Group>
      </Group>
    </form>
  );
}
