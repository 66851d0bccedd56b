import { Button, Group, Modal, Select, Textarea, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { ProviderRow } from '../../../gateway/control/contract/index.ts';
import { api, queries } from '../../api.ts';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { useAction } from '../../parts/use-action.ts';
import { words } from '../../words/words.ts';
import { headerLines, parseHeaderLines } from './header-lines.ts';
import classes from './providers.module.css';
import { SettingFields } from './setting-fields.tsx';

const CUSTOM = ':custom';
type Dialect = ProviderRow['dialect'];

/** Adds a provider (`new`) or edits one. */
export function ProviderDialog({
  provider,
  onClose,
}: {
  provider: ProviderRow | 'new' | undefined;
  onClose: () => void;
}) {
  const w = words.providers;
  const title = provider === 'new' ? w.addTitle : provider ? w.editTitle(provider.name) : '';
  return (
    <Modal opened={provider !== undefined} onClose={onClose} title={title} size="lg">
      {provider && (
        <ProviderForm
          key={provider === 'new' ? 'new' : provider.id}
          provider={provider === 'new' ? null : provider}
          onClose={onClose}
        />
      )}
    </Modal>
  );
}

function ProviderForm({ provider, onClose }: { provider: ProviderRow | null; onClose: () => void }) {
  const w = words.providers;
  const client = useQueryClient();
  const navigate = useNavigate();
  const presets = useQuery(queries.presets.list.queryOptions({ staleTime: Number.POSITIVE_INFINITY }));
  const [picked, setPicked] = useState<string | null>(provider ? (provider.preset ?? CUSTOM) : null);
  const preset = presets.data?.find((each) => each.id === picked);
  const [id, setId] = useState(provider?.id ?? '');
  const [name, setName] = useState(provider?.name ?? '');
  // A preset's own address is not written down: it would no longer follow the preset.
  const [baseUrl, setBaseUrl] = useState(provider && !provider.preset ? provider.baseUrl : '');
  const [dialect, setDialect] = useState<Dialect>(provider?.dialect ?? 'openai-chat');
  const [settings, setSettings] = useState<Record<string, string>>(provider?.settings ?? {});
  const [headers, setHeaders] = useState(headerLines(provider?.headers ?? {}));
  const action = useAction();
  const parsed = parseHeaderLines(headers);
  const presetUrl = preset?.baseUrls[0]?.url;
  const complete =
    picked !== null &&
    parsed.bad.length === 0 &&
    (picked !== CUSTOM || (baseUrl !== '' && (provider !== null || id !== ''))) &&
    (preset?.settings ?? []).every((setting) => !setting.required || settings[setting.name]?.trim());

  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!complete || !picked) return;
    const facts = { name: name.trim() || undefined, settings, headers: parsed.headers };
    const done = await action.run(() =>
      provider
        ? api.providers.update({
            id: provider.id,
            ...facts,
            baseUrl: baseUrl.trim() || (provider.preset ? undefined : null),
          })
        : api.providers.add({
            id: id.trim() || picked,
            ...facts,
            ...(picked === CUSTOM ? { dialect } : { preset: picked }),
            baseUrl: baseUrl.trim() || undefined,
          }),
    );
    if (!done) return;
    void client.invalidateQueries({ queryKey: queries.providers.key() });
    void client.invalidateQueries({ queryKey: queries.status.key() });
    if (!provider && preset?.needsKey) void navigate({ to: '/keys', search: { add: done.id } });
    else onClose();
  };

  return (
    <form className={classes.form} onSubmit={save}>
      {!provider && (
        <Select
          label={w.pick}
          description={w.pickHint}
          searchable
          value={picked}
          onChange={setPicked}
          data-autofocus
          data={[
            { value: CUSTOM, label: words.keys.custom },
            ...[...(presets.data ?? [])]
              .sort((a, b) => a.name.localeCompare(b.name))
              .map((each) => ({
                value: each.id,
                label: each.supported ? each.name : `${each.name} (${words.keys.notSupported})`,
                disabled: !each.supported,
              })),
          ]}
        />
      )}
      {picked !== null && (
        <>
          <div className={classes.two}>
            {!provider && (
              <TextInput
                label={w.id}
                description={w.idHint}
                placeholder={picked === CUSTOM ? undefined : picked}
                value={id}
                onChange={(event) => setId(event.currentTarget.value.toLowerCase())}
              />
            )}
            <TextInput
              label={w.name}
              placeholder={preset?.name ?? id}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
          </div>
          <TextInput
            label={w.baseUrl}
            description={presetUrl ? w.baseUrlDefault(presetUrl) : words.keys.baseUrlHint}
            value={baseUrl}
            onChange={(event) => setBaseUrl(event.currentTarget.value)}
          />
          {picked === CUSTOM && !provider && (
            <Select
              label={w.dialect}
              allowDeselect={false}
              value={dialect}
              onChange={(value) => value && setDialect(value as Dialect)}
              data={(['openai-chat', 'anthropic-messages', 'gemini', 'other'] as const).map((value) => ({
                value,
                label: w.dialects[value],
              }))}
            />
          )}
          <SettingFields settings={preset?.settings ?? []} value={settings} onChange={setSettings} />
          <Textarea
            label={w.headers}
            description={w.headersHint}
            autosize
            minRows={2}
            value={headers}
            error={parsed.bad[0] && w.badHeader(parsed.bad[0])}
            onChange={(event) => setHeaders(event.currentTarget.value)}
          />
        </>
      )}
      {action.problem && <ProblemNote problem={action.problem} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          {words.common.cancel}
        </Button>
        <Button type="submit" loading={action.pending} disabled={!complete}>
          {provider ? words.common.save : preset?.needsKey ? w.keyNext : w.add}
        </Button>
      </Group>
    </form>
  );
}
