import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { KeyRow } from '../../../gateway/control/contract/index.ts';
import { api, queries } from '../../api.ts';
import { useConfirm } from '../../parts/confirm.tsx';
import { ExternalButton } from '../../parts/external.tsx';
import { healthTone } from '../../parts/health.ts';
import { Light } from '../../parts/light.tsx';
import { RelativeTime } from '../../parts/relative-time.tsx';
import { say, sayProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import { LimitBars } from '../limits/limit-bars.tsx';
import { LimitsDialog } from '../limits/limits-dialog.tsx';
import classes from './keys.module.css';

/** One provider key: its light, its sentence, what can be done with it. */
export function KeyLine(props: { row: KeyRow; providerName: string; billingUrl: string | null }) {
  const { row, providerName } = props;
  const w = words.keys;
  const client = useQueryClient();
  const navigate = useNavigate();
  const confirm = useConfirm();
  const [testing, setTesting] = useState(false);
  const [limiting, setLimiting] = useState(false);
  const line = useRef<HTMLDivElement>(null);
  const hash = useRouterState({ select: (state) => state.location.hash });
  const pointedAt = hash === row.id;
  useEffect(() => {
    if (pointedAt) line.current?.scrollIntoView({ block: 'center' });
  }, [pointedAt]);

  const refresh = () => {
    void client.invalidateQueries({ queryKey: queries.keys.key() });
    void client.invalidateQueries({ queryKey: queries.status.key() });
  };
  const attempt = async (work: () => Promise<unknown>, done?: () => void) => {
    try {
      await work();
      done?.();
    } catch (error) {
      sayProblem(error);
    }
    refresh();
  };
  const test = async () => {
    setTesting(true);
    await attempt(() => api.keys.test({ id: row.id }));
    setTesting(false);
  };
  const disable = () =>
    attempt(
      () => api.keys.disable({ id: row.id }),
      () => say(w.disabledDone(row.label), () => attempt(() => api.keys.enable({ id: row.id }))),
    );
  const remove = async () => {
    const sure = await confirm({ title: w.removeTitle(row.label), text: w.removeText, confirm: w.removeConfirm });
    if (sure)
      await attempt(
        () => api.keys.remove({ id: row.id }),
        () => say(w.removed(row.label)),
      );
  };

  const tone = healthTone(row);
  const { healthDetail: health } = row;
  return (
    <div ref={line} className={`kw-row ${classes.line}`} data-pointed={pointedAt || undefined} id={row.id}>
      <Light tone={tone} size={20} label={row.disabled ? w.disabled : words.health[row.health]} />
      <div className="kw-grow">
        <div className={classes.name}>
          <strong>{row.label || words.common.unnamed}</strong>
          <span className="kw-mono kw-dim">{w.endsIn(row.lastFour)}</span>
          {row.version > 1 && <span className="kw-dim">{w.version(row.version)}</span>}
        </div>
        <div className={classes.sentence} data-tone={tone}>
          {row.disabled ? `${w.disabled}. ` : ''}
          {health.sentence}
        </div>
        <div className={`kw-dim ${classes.small}`}>
          {health.checkedAt ? (
            <span>
              {health.source === 'traffic' ? w.fromTraffic : w.checked} <RelativeTime iso={health.checkedAt} />
            </span>
          ) : (
            <span>{w.neverChecked}</span>
          )}
          <span>
            {row.lastUsedAt ? (
              <>
                {w.lastUsed} <RelativeTime iso={row.lastUsedAt} />
              </>
            ) : (
              w.neverUsed
            )}
          </span>
          {row.expires && (
            <span>
              {Date.parse(row.expires) < Date.now() ? w.expired : w.expires} <RelativeTime iso={row.expires} />
            </span>
          )}
        </div>
        <LimitBars of="provider-key" id={row.id} wide />
      </div>
      <div className={classes.actions}>
        {row.health === 'out_of_credit' && !row.disabled && props.billingUrl ? (
          <ExternalButton url={props.billingUrl} variant="filled">
            {w.billingPage(providerName)}
          </ExternalButton>
        ) : tone === 'bad' ? (
          <Button onClick={() => navigate({ to: '/keys', search: { replace: row.id } })}>{w.replace}</Button>
        ) : row.disabled ? (
          <Button variant="default" onClick={() => attempt(() => api.keys.enable({ id: row.id }))}>
            {w.enable}
          </Button>
        ) : null}
        <Button variant="default" onClick={test} loading={testing} aria-label={w.testLabel(row.label)}>
          {w.test}
        </Button>
        <Menu>
          <Menu.Target>
            <ActionIcon aria-label={words.common.more(row.label)}>
              <IconDots size={17} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => navigate({ to: '/keys', search: { replace: row.id } })}>{w.replace}</Menu.Item>
            <Menu.Item onClick={() => navigate({ to: '/keys', search: { edit: row.id } })}>{w.edit}</Menu.Item>
            <Menu.Item onClick={() => setLimiting(true)}>{words.limits.open}</Menu.Item>
            {row.disabled ? (
              <Menu.Item onClick={() => attempt(() => api.keys.enable({ id: row.id }))}>{w.enable}</Menu.Item>
            ) : (
              <Menu.Item onClick={disable}>{w.disable}</Menu.Item>
            )}
            <Menu.Divider />
            <Menu.Item color="red" onClick={remove}>
              {w.remove}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
      <LimitsDialog
        limited={
          limiting
            ? {
                of: 'provider-key',
                id: row.id,
                name: `${providerName} · ${row.label || w.endsIn(row.lastFour)}`,
                limits: row.limits,
              }
            : undefined
        }
        onClose={() => setLimiting(false)}
      />
    </div>
  );
}
