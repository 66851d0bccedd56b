import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { GatewayKeyRow } from '../../../gateway/control/contract/index.ts';
import { api, queries } from '../../api.ts';
import { exactTime } from '../../format.ts';
import { Tag, type Tone } from '../../parts/light.tsx';
import { RelativeTime } from '../../parts/relative-time.tsx';
import { say, sayProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import { LimitBars } from '../limits/limit-bars.tsx';
import classes from './apps.module.css';
import { scopeWords } from './key-options.ts';

const TONES: Record<GatewayKeyRow['state'], Tone> = { active: 'ok', expired: 'wait', revoked: 'off' };

/** One gateway key as a row of the app's table. */
export function GatewayKeyLine({ row }: { row: GatewayKeyRow }) {
  const w = words.apps;
  const client = useQueryClient();
  const navigate = useNavigate();
  const line = useRef<HTMLTableRowElement>(null);
  const hash = useRouterState({ select: (state) => state.location.hash });
  const pointedAt = hash === row.id;
  useEffect(() => {
    if (pointedAt) line.current?.scrollIntoView({ block: 'center' });
  }, [pointedAt]);

  const attempt = async (work: () => Promise<unknown>, done: () => void) => {
    try {
      await work();
      done();
    } catch (error) {
      sayProblem(error);
    }
    void client.invalidateQueries({ queryKey: queries.gatewayKeys.key() });
  };
  const restore = () =>
    attempt(
      () => api.gatewayKeys.restore({ id: row.id }),
      () => say(w.restored(row.label)),
    );
  const revoke = () =>
    attempt(
      () => api.gatewayKeys.revoke({ id: row.id }),
      () => say(w.revoked(row.label), restore),
    );
  const edit = () => void navigate({ to: '/apps', search: { edit: row.id } });

  return (
    <tr ref={line} id={row.id} data-pointed={pointedAt || undefined}>
      <th scope="row">
        <span>{row.label || words.common.unnamed}</span>
        <span className="kw-mono kw-dim">
          kw_{row.id}_…{row.lastFour}
        </span>
      </th>
      <td>
        <Tag tone={TONES[row.state]}>{w.states[row.state]}</Tag>
        {row.graceUntil && <div className="kw-dim">{w.inGrace(exactTime(row.graceUntil))}</div>}
      </td>
      <td>{scopeWords(row.scope)}</td>
      <td>{Object.keys(row.limits).length === 0 ? w.unlimited : <LimitBars of="gateway-key" id={row.id} />}</td>
      <td>{row.expires ? <RelativeTime iso={row.expires} /> : words.time.never}</td>
      <td>{row.lastUsedAt ? <RelativeTime iso={row.lastUsedAt} /> : words.time.never}</td>
      <td>
        <div className={classes.rowActions}>
          {row.state === 'revoked' && (
            <Button variant="default" onClick={restore}>
              {w.restore}
            </Button>
          )}
          <Menu>
            <Menu.Target>
              <ActionIcon aria-label={words.common.more(row.label)}>
                <IconDots size={17} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={edit}>{w.edit}</Menu.Item>
              <Menu.Item onClick={() => navigate({ to: '/apps', search: { rotate: row.id } })}>{w.rotate}</Menu.Item>
              {row.state === 'revoked' ? (
                <Menu.Item onClick={restore}>{w.restore}</Menu.Item>
              ) : (
                <Menu.Item color="red" onClick={revoke}>
                  {w.revoke}
                </Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
        </div>
      </td>
    </tr>
  );
}
