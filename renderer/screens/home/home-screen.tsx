import { Button } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { KeyRow, Status } from '../../../gateway/control/contract/index.ts';
import { queries } from '../../api.ts';
import { useLiveEvents } from '../../live.ts';
import { captureVerdict } from '../../parts/capture-tone.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { healthTone } from '../../parts/health.ts';
import { Light, Tag } from '../../parts/light.tsx';
import { RelativeTime } from '../../parts/relative-time.tsx';
import { useNow } from '../../parts/use-now.ts';
import { words } from '../../words/words.ts';
import { type FailureGroup, groupFailures } from './failure-groups.ts';
import { FirstSteps } from './first-steps.tsx';
import classes from './home.module.css';
import { NextList } from './next-list.tsx';
import { nextThings } from './next-things.ts';
import { progress } from './progress.ts';

const HIDDEN = 'keyward.first-steps.hidden';
const FAILURES_READ = 60;
const GROUPS_SHOWN = 6;
const REFRESH_AT_MOST_EVERY_MS = 1_500;

export function HomeScreen() {
  const status = useQuery(queries.status.get.queryOptions());
  const keys = useQuery(queries.keys.list.queryOptions());
  const apps = useQuery(queries.apps.list.queryOptions());
  const providers = useQuery(queries.providers.list.queryOptions());
  const gatewayKeys = useQuery(queries.gatewayKeys.list.queryOptions());
  const failures = useQuery(
    queries.captures.list.queryOptions({ input: { failed: true, limit: FAILURES_READ }, staleTime: 2_000 }),
  );
  useFailureRefresh();
  const [hidden, setHidden] = useState(() => localStorage.getItem(HIDDEN) === 'yes');
  const nowMs = useNow();
  if (!status.data) return null;

  const { counts } = status.data;
  const come = progress(counts, gatewayKeys.data ?? []);
  // Whoever has keys and apps is no newcomer: the steps only stay while they are being taken.
  const steps = !hidden && !(come.done && counts.captures > 20);
  const ready = keys.data && apps.data && gatewayKeys.data;
  const things = ready
    ? nextThings({
        vault: status.data.vault,
        keys: keys.data,
        apps: apps.data,
        gatewayKeys: gatewayKeys.data,
        nowMs,
      })
    : [];
  const hide = () => {
    localStorage.setItem(HIDDEN, 'yes');
    setHidden(true);
  };
  const groups = groupFailures(failures.data ?? []).slice(0, GROUPS_SHOWN);
  const nameOf = (id: string) => providers.data?.find((provider) => provider.id === id)?.name ?? id;
  const newcomer = steps && counts.keys === 0;

  return (
    <div className="kw-page">
      <div className="kw-page-head">
        <h1>{words.home.title}</h1>
      </div>
      {steps && <FirstSteps progress={come} onHide={hide} />}
      <div className={classes.pair}>
        <div className={classes.column}>
          <GatewayPanel status={status.data} />
          {!newcomer && ready && <NextList things={things} nameOf={nameOf} />}
        </div>
        {!newcomer && <KeysPanel keys={keys.data ?? []} nameOf={nameOf} />}
      </div>
      {(groups.length > 0 || !newcomer) && <FailuresPanel groups={groups} />}
    </div>
  );
}

function GatewayPanel({ status }: { status: Status }) {
  const h = words.home;
  return (
    <section className="kw-panel" aria-labelledby="home-gateway">
      <div className="kw-panel-head">
        <h2 id="home-gateway">{h.gateway}</h2>
        <Tag tone={status.url ? 'ok' : 'bad'}>{status.url ? words.status.listening : words.status.notListening}</Tag>
      </div>
      <div className="kw-panel-body">
        {status.url ? (
          <>
            <p className="kw-dim">{h.address}</p>
            <div className={classes.address}>
              <code className="kw-mono">{status.url}</code>
              <CopyButton text={status.url} label={words.status.copyAddress} />
            </div>
          </>
        ) : (
          <p>
            <strong>{status.problem?.sentence}</strong> {status.problem?.next}
          </p>
        )}
        <p className="kw-dim">{h.counts(status.counts.captures, status.counts.failures)}.</p>
      </div>
    </section>
  );
}

function KeysPanel({ keys, nameOf }: { keys: readonly KeyRow[]; nameOf: (provider: string) => string }) {
  const h = words.home;
  const worst = [...keys].sort((a, b) => rank(a) - rank(b)).slice(0, 5);
  return (
    <section className="kw-panel" aria-labelledby="home-keys">
      <div className="kw-panel-head">
        <h2 id="home-keys">{h.keys}</h2>
        <Link to="/keys" search={{}} className="kw-link">
          {h.allKeys}
        </Link>
      </div>
      {keys.length === 0 && (
        <div className="kw-panel-body">
          <p className="kw-dim">{h.noKeys}</p>
        </div>
      )}
      {worst.map((key) => (
        <div key={key.id} className="kw-row">
          <Light tone={healthTone(key)} />
          <div className="kw-grow">
            <div className="kw-clip">
              <strong>{nameOf(key.provider)}</strong> <span className="kw-dim">{key.label}</span>
            </div>
            <div className="kw-dim">{key.disabled ? words.keys.disabled : key.healthDetail.sentence}</div>
          </div>
          {key.healthDetail.checkedAt && (
            <span className="kw-dim">
              <RelativeTime iso={key.healthDetail.checkedAt} />
            </span>
          )}
        </div>
      ))}
    </section>
  );
}

function rank(key: KeyRow): number {
  return { bad: 0, wait: 1, ok: 2, practice: 3, off: 4 }[healthTone(key)];
}

function FailuresPanel({ groups }: { groups: readonly FailureGroup[] }) {
  const h = words.home;
  return (
    <section className="kw-panel" aria-labelledby="home-failures">
      <div className="kw-panel-head">
        <h2 id="home-failures">{h.failures}</h2>
        {groups.length > 0 && (
          <Link to="/requests" search={{ q: 'failed' }} className="kw-link">
            {h.allFailures}
          </Link>
        )}
      </div>
      {groups.length === 0 && (
        <div className={`kw-panel-body ${classes.calm}`}>
          <IconCircleCheck size={18} aria-hidden />
          <p>{h.noFailures}</p>
        </div>
      )}
      {groups.map(({ row, times }) => (
        <Link
          key={row.id}
          to="/requests/$id"
          params={{ id: row.id }}
          search={{}}
          className={`kw-row ${classes.failure}`}
        >
          <Light tone="bad" />
          <div className="kw-grow">
            <div className={classes.failureHead}>
              <strong>{captureVerdict(row)}</strong>
              {row.practice && <Tag tone="practice">{words.common.practice}</Tag>}
              {times > 1 && <span className="kw-dim">{h.times(times)}</span>}
            </div>
            <div className="kw-dim">
              {row.app && `${row.app}: `}
              {row.message}
            </div>
          </div>
          <span className="kw-dim">
            <RelativeTime iso={row.time} />
          </span>
          <Button component="span" variant="default" tabIndex={-1}>
            {h.why}
          </Button>
        </Link>
      ))}
    </section>
  );
}

/** New failures appear by themselves, at most every second and a half however many come. */
function useFailureRefresh() {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useLiveEvents((event) => {
    if (event.type !== 'capture' || event.row.ok || event.row.state === 'running') return;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void client.invalidateQueries({ queryKey: queries.captures.list.key({ input: { failed: true } }) });
    }, REFRESH_AT_MOST_EVERY_MS);
  });
}
