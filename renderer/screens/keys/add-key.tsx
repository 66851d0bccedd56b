import { Button, Group, Modal, Select, TextInput, UnstyledButton } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, queries } from '../../api.ts';
import { ExternalLink } from '../../parts/external.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { useAction } from '../../parts/use-action.ts';
import { words } from '../../words/words.ts';
import { SettingFields } from '../providers/setting-fields.tsx';
import classes from './keys.module.css';
import { PasteFindings } from './paste-findings.tsx';
import { CUSTOM, providerChoices, surePreset } from './provider-choice.ts';
import { type Saved, SavedKey } from './saved-key.tsx';
import { SecretField } from './secret-field.tsx';
import { usePasteAnalysis } from './use-paste-analysis.ts';

/** One field: paste. The rest appears as it is needed. `provider` presets whose key it is. */
export function AddKey(props: { opened: boolean; provider?: string; onClose: () => void }) {
  const [round, setRound] = useState(0);
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={words.keys.add} size="lg">
      {/* A new form for every key: what was pasted before is gone from memory with the old one. */}
      {props.opened && (
        <AddKeyForm key={`${round} ${props.provider}`} {...props} onAnother={() => setRound(round + 1)} />
      )}
    </Modal>
  );
}

const NO_CUSTOM = { id: '', baseUrl: '' };

function AddKeyForm(props: { provider?: string; onClose: () => void; onAnother: () => void }) {
  const w = words.keys;
  const client = useQueryClient();
  const presets = useQuery(queries.presets.list.queryOptions({ staleTime: Number.POSITIVE_INFINITY }));
  const providers = useQuery(queries.providers.list.queryOptions());
  const [secret, setSecret] = useState('');
  const [chosen, setChosen] = useState<string | null>(props.provider ?? null);
  const [custom, setCustom] = useState(NO_CUSTOM);
  const [settings, setSettings] = useState<Record<string, string>>({});
  const [label, setLabel] = useState('');
  const [expires, setExpires] = useState('');
  const [more, setMore] = useState(false);
  const [saved, setSaved] = useState<(Saved & { name: string }) | null>(null);
  const saving = useAction();
  const { analysis, problem, reading } = usePasteAnalysis(secret, chosen && chosen !== CUSTOM ? chosen : undefined);

  const target = chosen ?? surePreset(analysis) ?? null;
  const provider = providers.data?.find((each) => each.id === target);
  const preset = presets.data?.find(
    (each) => each.id === (provider?.preset ?? target) || each.aliases.includes(target ?? ''),
  );
  const name = provider?.name ?? preset?.name ?? (target === CUSTOM ? custom.id : target) ?? '';
  // Settings of a provider that is already set up are there; only a new one asks for them.
  const asked = provider ? [] : (preset?.settings ?? []);
  const groups = providerChoices(presets.data ?? [], providers.data ?? [], analysis);
  const complete =
    analysis?.usable === true &&
    !reading &&
    target !== null &&
    (target !== CUSTOM || (custom.id !== '' && custom.baseUrl !== '')) &&
    asked.every((setting) => !setting.required || settings[setting.name]?.trim());

  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!complete || !target || !analysis) return;
    const done = await saving.run(async () => {
      if (target === CUSTOM) {
        await api.providers.add({ id: custom.id, name: custom.id, baseUrl: custom.baseUrl, dialect: 'openai-chat' });
      }
      return api.keys.add({
        provider: target === CUSTOM ? custom.id : target,
        secret: analysis.cleaned ?? secret,
        label: label.trim() || undefined,
        expires: expires || undefined,
        settings: Object.keys(settings).length > 0 ? settings : undefined,
        check: true,
      });
    });
    void client.invalidateQueries({ queryKey: queries.providers.key() });
    if (!done) return;
    setSecret('');
    setSaved({ ...done, name });
    void client.invalidateQueries({ queryKey: queries.keys.key() });
    void client.invalidateQueries({ queryKey: queries.status.key() });
  };

  if (saved) {
    return <SavedKey saved={saved} providerName={saved.name} onAnother={props.onAnother} onDone={props.onClose} />;
  }
  const option = ({ value, label: text, disabled }: { value: string; label: string; disabled: boolean }) => ({
    value,
    label: disabled ? `${text} (${w.notSupported})` : text,
    disabled,
  });
  return (
    <form className={classes.form} onSubmit={save}>
      <SecretField value={secret} onChange={setSecret} hint={w.pasteHint} />
      {analysis && secret !== '' && <PasteFindings analysis={analysis} />}
      {problem && <ProblemNote problem={problem} />}
      {(secret !== '' || chosen !== null) && (
        <Select
          label={w.whichProvider}
          description={analysis && !target ? w.couldBe : undefined}
          placeholder={w.searchProvider}
          searchable
          value={target}
          onChange={setChosen}
          nothingFoundMessage={w.noSuchProvider}
          data={[
            { group: w.groups.suggested, items: groups.suggested.map(option) },
            { group: w.groups.yours, items: groups.yours.map(option) },
            { group: w.groups.all, items: [{ value: CUSTOM, label: w.custom }, ...groups.all.map(option)] },
          ].filter((group) => group.items.length > 0)}
        />
      )}
      {target === CUSTOM && (
        <div className={classes.two}>
          <TextInput
            label={w.customId}
            description={w.customIdHint}
            value={custom.id}
            onChange={(event) => setCustom({ ...custom, id: event.currentTarget.value.toLowerCase() })}
          />
          <TextInput
            label={w.baseUrl}
            description={w.baseUrlHint}
            value={custom.baseUrl}
            onChange={(event) => setCustom({ ...custom, baseUrl: event.currentTarget.value })}
          />
        </div>
      )}
      <SettingFields settings={asked} value={settings} onChange={setSettings} />
      {target && (
        <UnstyledButton className={classes.more} aria-expanded={more} onClick={() => setMore(!more)}>
          <IconChevronRight size={14} aria-hidden style={{ rotate: more ? '90deg' : undefined }} />
          {w.options}
        </UnstyledButton>
      )}
      {target && more && <LabelAndExpiry label={label} onLabel={setLabel} expires={expires} onExpires={setExpires} />}
      {saving.problem && <ProblemNote problem={saving.problem} />}
      <Group justify="space-between" gap="xs">
        <span>{preset?.urls.keys && <ExternalLink url={preset.urls.keys}>{w.whereFrom(name)}</ExternalLink>}</span>
        <Group gap="xs">
          <Button variant="default" onClick={props.onClose}>
            {words.common.cancel}
          </Button>
          <Button type="submit" loading={saving.pending} disabled={!complete}>
            {w.save}
          </Button>
        </Group>
      </Group>
      <p role="status" className="kw-dim">
        {saving.pending ? w.saving : ''}
      </p>
    </form>
  );
}

export function LabelAndExpiry(props: {
  label: string;
  onLabel: (text: string) => void;
  expires: string;
  onExpires: (date: string) => void;
}) {
  const w = words.keys;
  return (
    <div className={classes.two}>
      <TextInput
        label={w.label}
        description={w.labelHint}
        value={props.label}
        maxLength={120}
        onChange={(event) => props.onLabel(event.currentTarget.value)}
      />
      <TextInput
        type="date"
        label={w.expiry}
        description={w.expiryHint}
        value={props.expires}
        onChange={(event) => props.onExpires(event.currentTarget.value)}
      />
    </div>
  );
}
