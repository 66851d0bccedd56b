import { Button, NumberInput, Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Settings } from '../../../gateway/control/contract/index.ts';
import type { LimitUsage } from '../../../gateway/control/contract/limits.ts';
import { queries } from '../../api.ts';
import { words } from '../../words/words.ts';
import { LimitBars } from '../limits/limit-bars.tsx';
import { type Limited, LimitsDialog } from '../limits/limits-dialog.tsx';
import { SaveBar } from './save-bar.tsx';
import classes from './settings.module.css';
import { useSettingsForm } from './use-settings-form.ts';

const KINDS = Object.keys(words.limits.settings.kinds) as LimitUsage['of'][];

/** Every limit there is with what is used of it, and setting one on whatever can carry some. */
export function LimitsSection({ settings }: { settings: Settings }) {
  const w = words.limits.settings;
  const all = useLimited();
  const [chosen, setChosen] = useState<string | null>(null);
  const [open, setOpen] = useState<Limited>();
  const limited = all.filter(({ limits }) => Object.keys(limits).length > 0);
  const choice = all.find((each) => choiceOf(each) === chosen);
  return (
    <>
      <div className={classes.form}>
        <Text size="sm">{w.lead}</Text>
        {limited.length === 0 && <p className="kw-dim">{w.nothing}</p>}
        {KINDS.map((kind) => {
          const rows = limited.filter(({ of }) => of === kind);
          if (rows.length === 0) return null;
          return (
            <div key={kind}>
              <h3 className={classes.subhead} id={`limits-${kind}`}>
                {w.kinds[kind]}
              </h3>
              <ul className={classes.rows} aria-labelledby={`limits-${kind}`}>
                {rows.map((row) => (
                  <li key={row.id} className={classes.row}>
                    <div className="kw-grow">
                      <p>{row.name}</p>
                      <LimitBars of={row.of} id={row.id} wide />
                    </div>
                    <Button variant="default" aria-label={w.changeOf(row.name)} onClick={() => setOpen(row)}>
                      {w.change}
                    </Button>
                  </li>
                ))}
              </ul>
            </div>
          );
        })}
        {all.length === 0 ? (
          <p className="kw-dim">{w.nobody}</p>
        ) : (
          <div className={classes.inline}>
            <Select
              label={w.whose}
              placeholder={w.choose}
              searchable
              data={KINDS.map((kind) => ({
                group: w.kinds[kind],
                items: all.filter(({ of }) => of === kind).map((each) => ({ value: choiceOf(each), label: each.name })),
              })).filter(({ items }) => items.length > 0)}
              value={chosen}
              onChange={setChosen}
            />
            <Button variant="default" disabled={!choice} onClick={() => setOpen(choice)}>
              {w.set}
            </Button>
          </div>
        )}
      </div>
      <Counting settings={settings} />
      <LimitsDialog limited={open} onClose={() => setOpen(undefined)} />
    </>
  );
}

function choiceOf({ of, id }: Limited): string {
  return `${of} ${id}`;
}

/** What can carry limits, by kind, under the names that people gave. */
function useLimited(): Limited[] {
  const apps = useQuery(queries.apps.list.queryOptions());
  const gatewayKeys = useQuery(queries.gatewayKeys.list.queryOptions());
  const routes = useQuery(queries.routes.list.queryOptions());
  const keys = useQuery(queries.keys.list.queryOptions());
  const providers = useQuery(queries.providers.list.queryOptions());
  const providerName = (id: string) => providers.data?.find((each) => each.id === id)?.name ?? id;
  return [
    ...(apps.data ?? []).map(({ id, name, limits }) => ({ of: 'app' as const, id, name, limits: limits ?? {} })),
    ...(gatewayKeys.data ?? []).map(({ id, app, label, lastFour, state, limits }) => ({
      of: 'gateway-key' as const,
      id,
      name:
        state === 'active'
          ? `${app} · ${label || `…${lastFour}`}`
          : `${app} · ${label || `…${lastFour}`} (${words.apps.states[state]})`,
      limits,
    })),
    ...(routes.data ?? []).map(({ name, limits }) => ({ of: 'route' as const, id: name, name, limits: limits ?? {} })),
    ...(keys.data ?? []).map(({ id, provider, label, lastFour, limits }) => ({
      of: 'provider-key' as const,
      id,
      name: `${providerName(provider)} · ${label || `…${lastFour}`}`,
      limits,
    })),
  ];
}

/** How all of them are counted. */
function Counting({ settings }: { settings: Settings }) {
  const w = words.limits.settings;
  const form = useSettingsForm(settings);
  const { limits } = form.value;
  const set = (change: Partial<Settings['limits']>) => form.set({ limits: { ...limits, ...change } });
  return (
    <form className={`${classes.form} ${classes.apart}`} onSubmit={form.save}>
      <h3 className={classes.subhead}>{w.general}</h3>
      <div className={classes.two}>
        <NumberInput
          label={w.warnAt}
          description={w.warnAtHint}
          suffix=" %"
          min={1}
          max={100}
          value={limits.warnAtPercent}
          onChange={(warnAtPercent) => typeof warnAtPercent === 'number' && set({ warnAtPercent })}
        />
        <NumberInput
          label={w.assumed}
          description={w.assumedHint}
          min={0}
          allowDecimal={false}
          value={limits.assumedOutputTokens}
          onChange={(tokens) => typeof tokens === 'number' && set({ assumedOutputTokens: tokens })}
        />
      </div>
      <Select
        label={w.redisGone}
        description={w.redisGoneHint}
        allowDeselect={false}
        value={limits.redisGone}
        data={Object.entries(w.redisGoneWays).map(([value, label]) => ({ value, label }))}
        onChange={(value) => value && set({ redisGone: value as Settings['limits']['redisGone'] })}
      />
      <SaveBar form={form} />
    </form>
  );
}
