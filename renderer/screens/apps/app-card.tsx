import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { AppRow, GatewayKeyRow } from '../../../gateway/control/contract/index.ts';
import { api, queries } from '../../api.ts';
import { useConfirm } from '../../parts/confirm.tsx';
import { sayProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import { LimitBars } from '../limits/limit-bars.tsx';
import classes from './apps.module.css';
import { GatewayKeyLine } from './gateway-key-line.tsx';

export function AppCard(props: { app: AppRow; gatewayKeys: readonly GatewayKeyRow[]; onEdit: (app: AppRow) => void }) {
  const w = words.apps;
  const { app } = props;
  const client = useQueryClient();
  const navigate = useNavigate();
  const confirm = useConfirm();
  const remove = async () => {
    const sure = await confirm({
      title: w.removeTitle(app.name),
      text: w.removeText(props.gatewayKeys.length),
      confirm: w.removeConfirm,
    });
    if (!sure) return;
    await api.apps.remove({ id: app.id }).catch(sayProblem);
    void client.invalidateQueries({ queryKey: queries.apps.key() });
    void client.invalidateQueries({ queryKey: queries.gatewayKeys.key() });
  };
  const columns = Object.entries(w.columns);
  return (
    <section className="kw-panel" aria-labelledby={`app-${app.id}`} id={app.id}>
      <div className="kw-panel-head">
        <h2 id={`app-${app.id}`}>
          {app.name} {app.owner && <span className={`kw-dim ${classes.owner}`}>{app.owner}</span>}
        </h2>
        <div className={classes.rowActions}>
          <Button
            variant="default"
            aria-label={w.issueFor(app.name)}
            onClick={() => navigate({ to: '/apps', search: { issue: app.id } })}
          >
            {w.issue}
          </Button>
          <Menu>
            <Menu.Target>
              <ActionIcon aria-label={words.common.more(app.name)}>
                <IconDots size={17} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => props.onEdit(app)}>{w.editApp}</Menu.Item>
              <Menu.Item color="red" onClick={remove}>
                {w.removeApp}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </div>
      </div>
      <div className={classes.appLimits}>
        <LimitBars of="app" id={app.id} wide />
      </div>
      {props.gatewayKeys.length === 0 ? (
        <p className="kw-panel-body kw-dim">{w.noKeys}</p>
      ) : (
        <div className={classes.tableBox}>
          <table className={classes.table} aria-label={app.name}>
            <thead>
              <tr>
                {columns.map(([name, title]) => (
                  <th key={name} scope="col" className={name === 'actions' ? classes.unseen : undefined}>
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {props.gatewayKeys.map((row) => (
                <GatewayKeyLine key={row.id} row={row} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
