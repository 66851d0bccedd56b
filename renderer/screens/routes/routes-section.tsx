import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconDots, IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Route, RouteState } from '../../../gateway/control/contract/index.ts';
import { api, queries } from '../../api.ts';
import { duration } from '../../format.ts';
import { useLiveEvents } from '../../live.ts';
import { useConfirm } from '../../parts/confirm.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { say, sayProblem, toProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import { LimitBars } from '../limits/limit-bars.tsx';
import { LimitsDialog } from '../limits/limits-dialog.tsx';
import { RouteDialog } from './route-dialog.tsx';
import { RoutePath } from './route-path.tsx';
import classes from './routes.module.css';

/** Of a route that says nothing else. */
const USUAL_RETRIES = 2;

/** Names that apps ask for, each with its targets as a path. `shown`: the one whose dialog is open, or `new`. */
export function RoutesSection({ shown }: { shown: string | undefined }) {
  const w = words.routes;
  const navigate = useNavigate();
  const client = useQueryClient();
  const routes = useQuery(queries.routes.list.queryOptions());
  const states = useQuery(queries.routes.states.queryOptions({ refetchInterval: 10_000 }));
  useLiveEvents(({ type }) => {
    if (type === 'status' || type === 'config') void client.invalidateQueries({ queryKey: queries.routes.key() });
  });
  const open = (name: string | undefined) =>
    void navigate({ to: '/providers', search: name === undefined ? {} : { route: name } });
  const edited = shown === 'new' ? 'new' : routes.data?.find(({ name }) => `=${name}` === shown);
  return (
    <section aria-labelledby="routes-title" className={classes.section}>
      <div className="kw-page-head">
        <div>
          <h2 id="routes-title">{w.title}</h2>
          <p className="kw-dim">{w.lead}</p>
        </div>
        <Button variant="default" leftSection={<IconPlus size={15} aria-hidden />} onClick={() => open('new')}>
          {w.add}
        </Button>
      </div>
      {routes.error && <ProblemNote problem={toProblem(routes.error)} onRetry={() => void routes.refetch()} />}
      {routes.data && (
        <div className="kw-panel">
          {routes.data.map((route) => (
            <RouteLine
              key={route.name}
              route={route}
              state={states.data?.find(({ name }) => name === route.name)}
              onEdit={() => open(`=${route.name}`)}
            />
          ))}
          {routes.data.length === 0 && <p className={`kw-dim ${classes.none}`}>{w.empty}</p>}
        </div>
      )}
      <RouteDialog route={edited} taken={(routes.data ?? []).map(({ name }) => name)} onClose={() => open(undefined)} />
    </section>
  );
}

function RouteLine(props: { route: Route; state: RouteState | undefined; onEdit: () => void }) {
  const w = words.routes;
  const { route, state } = props;
  const { name, strategy, retries = USUAL_RETRIES, timeouts, cacheTtlMs } = route;
  const client = useQueryClient();
  const confirm = useConfirm();
  const [limiting, setLimiting] = useState(false);
  const refresh = () => void client.invalidateQueries({ queryKey: queries.routes.key() });
  const troubled = state?.targets.some(({ circuit, resting }) => circuit !== 'closed' || resting.length > 0);
  const tryNow = async () => {
    await api.routes.try({ name }).then(() => say(w.tried(name)), sayProblem);
    refresh();
  };
  const remove = async () => {
    if (!(await confirm({ title: w.removeTitle(name), text: w.removeText, confirm: w.removeConfirm }))) return;
    await api.routes.remove({ name }).then(
      () =>
        say(w.removed(name), () => {
          void api.routes.set(route).then(refresh, sayProblem);
        }),
      sayProblem,
    );
    refresh();
  };
  return (
    <div className={`kw-row ${classes.line}`}>
      <div className="kw-grow">
        <div className={classes.head}>
          <strong className="kw-mono">{name}</strong>
          <span className="kw-dim">{w.order[strategy]}</span>
          <span className="kw-dim">{w.retries(retries)}</span>
          {timeouts?.firstByteMs !== undefined && (
            <span className="kw-dim">{w.firstByteWithin(duration(timeouts.firstByteMs))}</span>
          )}
          {cacheTtlMs !== undefined && cacheTtlMs > 0 && <span className="kw-dim">{w.kept}</span>}
        </div>
        <RoutePath route={route} state={state} />
        <LimitBars of="route" id={name} wide />
      </div>
      <div className={classes.actions}>
        {troubled && (
          <Button variant="default" onClick={tryNow} aria-label={w.tryLabel(name)}>
            {w.try}
          </Button>
        )}
        <Menu>
          <Menu.Target>
            <ActionIcon aria-label={words.common.more(name)}>
              <IconDots size={17} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={props.onEdit}>{w.edit}</Menu.Item>
            <Menu.Item onClick={() => setLimiting(true)}>{words.limits.open}</Menu.Item>
            <Menu.Divider />
            <Menu.Item color="red" onClick={remove}>
              {w.remove}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
      <LimitsDialog
        limited={limiting ? { of: 'route', id: name, name, limits: route.limits ?? {} } : undefined}
        onClose={() => setLimiting(false)}
      />
    </div>
  );
}
