import { Loader, SegmentedControl, Switch } from '@mantine/core';
import { IconChartBar } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Usage } from '../../../gateway/control/contract/index.ts';
import { queries } from '../../api.ts';
import { dollars } from '../../format.ts';
import { Empty } from '../../parts/empty.tsx';
import { LinkButton } from '../../parts/link-button.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { toProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import { BudgetsPanel } from './budgets-panel.tsx';
import { CausesPanel } from './causes-panel.tsx';
import { GROUPS, type Group, GroupsPanel } from './groups-panel.tsx';
import { OverTime } from './over-time.tsx';
import { Tiles } from './tiles.tsx';
import classes from './usage.module.css';
import { MEASURES, type Measure } from './usage-numbers.ts';
import { WeatherPanel } from './weather-panel.tsx';

const PERIODS = ['1h', '24h', '7d', '30d', '365d'] as const;
type Period = (typeof PERIODS)[number];
const EVERY_MS = 15_000;

const oneOf = <T extends string>(all: readonly T[], value: string | undefined, otherwise: T): T =>
  all.find((one) => one === value) ?? otherwise;

/** What went through the gateway, in numbers. The address holds what is chosen, so that it can be kept. */
export function UsageScreen() {
  const w = words.usage;
  const search = useSearch({ from: '/usage' });
  const navigate = useNavigate({ from: '/usage' });
  const choose = (change: Partial<typeof search>) => void navigate({ search: { ...search, ...change }, replace: true });
  const period = oneOf(PERIODS, search.since, '24h');
  const by = oneOf<Group>(GROUPS, search.by, 'app');
  const measure = oneOf<Measure>(MEASURES, search.show, 'requests');
  const practice = search.practice === 'yes';
  const usage = useQuery(
    queries.usage.get.queryOptions({
      input: { since: period, by, practice },
      refetchInterval: EVERY_MS,
      placeholderData: keepPreviousData,
    }),
  );
  return (
    <div className={`kw-page ${classes.page}`}>
      <div className="kw-page-head">
        <div>
          <h1>{w.title}</h1>
          <p className="kw-dim">{w.lead}</p>
        </div>
        <div className={classes.choices}>
          <SegmentedControl
            size="xs"
            aria-label={w.period}
            value={period}
            onChange={(value) => choose({ since: value })}
            data={PERIODS.map((value) => ({ value, label: w.periods[value as Period] }))}
          />
          <Switch
            size="xs"
            label={w.practice}
            checked={practice}
            onChange={(event) => choose({ practice: event.currentTarget.checked ? 'yes' : undefined })}
          />
        </div>
      </div>
      {usage.error ? (
        <ProblemNote problem={toProblem(usage.error)} onRetry={() => void usage.refetch()} />
      ) : !usage.data ? (
        <Loader size="sm" aria-label={words.common.loading} />
      ) : usage.data.total.requests === 0 ? (
        <Nothing usage={usage.data} period={period} onPractice={() => choose({ practice: 'yes' })} />
      ) : (
        <>
          <Tiles total={usage.data.total} />
          <OverTime usage={usage.data} measure={measure} onMeasure={(show) => choose({ show })} />
          <GroupsPanel rows={usage.data.rows} by={by} onBy={(value) => choose({ by: value })} />
          <CausesPanel causes={usage.data.causes} />
          <Notes usage={usage.data} practice={practice} />
        </>
      )}
      <BudgetsPanel />
      <WeatherPanel />
    </div>
  );
}

function Nothing(props: { usage: Usage; period: Period; onPractice: () => void }) {
  const w = words.usage;
  const longest = props.period === '365d' || props.period === '24h';
  const { practiceRequests } = props.usage;
  return (
    <Empty
      icon={<IconChartBar size={40} stroke={1.3} />}
      title={longest ? w.emptyTitle : w.emptyPeriod}
      text={longest ? w.empty : w.emptyPeriodText}
    >
      {practiceRequests > 0 && (
        <button type="button" className="kw-link" onClick={props.onPractice}>
          {w.showPractice(practiceRequests)}
        </button>
      )}
      <LinkButton to="/apps" search={{ connect: 'any' }}>
        {w.connect}
      </LinkButton>
    </Empty>
  );
}

function Notes({ usage, practice }: { usage: Usage; practice: boolean }) {
  const w = words.usage;
  const { total, own, practiceRequests } = usage;
  const notes = [
    total.estimatedUsd > 0 && w.estimateNote,
    total.unpriced > 0 && w.unpricedNote(total.unpriced),
    !practice && practiceRequests > 0 && w.practiceNote(practiceRequests),
    own.requests > 0 && w.ownNote(own.requests, own.costUsd > 0 ? `≈ ${dollars(own.costUsd)}` : null),
  ].filter((note) => note !== false);
  if (notes.length === 0) return null;
  return (
    <ul className={`kw-dim ${classes.notes}`}>
      {notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
    </ul>
  );
}
