import { NumberInput, Switch, TagsInput, TextInput } from '@mantine/core';
import type { Settings, Status } from '../../../gateway/control/contract/index.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { words } from '../../words/words.ts';
import { SaveBar } from './save-bar.tsx';
import classes from './settings.module.css';
import { useSettingsForm } from './use-settings-form.ts';

const MB = 1024 * 1024;

export function GatewaySection({ settings, status }: { settings: Settings; status: Status }) {
  const w = words.settings.gateway;
  const form = useSettingsForm(settings);
  const { value, set } = form;
  return (
    <form className={classes.form} onSubmit={form.save}>
      <dl className={classes.facts}>
        <div>
          <dt>{w.address}</dt>
          <dd>
            {status.url ? (
              <>
                <span className="kw-mono">{status.url}</span>{' '}
                <CopyButton text={status.url} label={words.status.copyAddress} />
              </>
            ) : (
              `${status.problem?.sentence ?? words.status.notListening} ${status.problem?.next ?? ''}`
            )}
          </dd>
        </div>
        <div>
          <dt>{w.home}</dt>
          <dd className="kw-mono">{status.home}</dd>
        </div>
        <div>
          <dt>{w.version}</dt>
          <dd>
            {words.product} {status.version}, {w.mode[status.mode]}
          </dd>
        </div>
      </dl>
      <div className={classes.two}>
        <NumberInput
          label={w.port}
          description={w.portHint}
          min={0}
          max={65535}
          allowDecimal={false}
          value={value.port}
          onChange={(port) => typeof port === 'number' && set({ port })}
        />
        <NumberInput
          label={w.maxBody}
          suffix=" MB"
          min={1}
          value={value.maxBodyBytes / MB}
          onChange={(size) => typeof size === 'number' && set({ maxBodyBytes: Math.round(size * MB) })}
        />
      </div>
      <TextInput
        label={w.proxy}
        description={w.proxyHint}
        placeholder="http://proxy.example.com:3128"
        value={value.proxyUrl ?? ''}
        onChange={(event) => set({ proxyUrl: event.currentTarget.value.trim() || null })}
      />
      <TagsInput
        label={w.origins}
        description={w.originsHint}
        value={value.allowedOrigins}
        onChange={(allowedOrigins) => set({ allowedOrigins })}
      />
      <TagsInput
        label={w.hosts}
        description={w.hostsHint}
        value={value.allowedHosts}
        onChange={(allowedHosts) => set({ allowedHosts })}
      />
      {status.mode === 'desktop' && (
        <>
          <Switch
            label={w.startAtLogin}
            checked={value.startAtLogin}
            onChange={(event) => set({ startAtLogin: event.currentTarget.checked })}
          />
          <Switch
            label={w.notify}
            checked={value.notifyOnFailure}
            onChange={(event) => set({ notifyOnFailure: event.currentTarget.checked })}
          />
        </>
      )}
      <SaveBar form={form} />
    </form>
  );
}
