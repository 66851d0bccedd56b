import { ActionIcon, Button, Loader, Tabs, Tooltip } from '@mantine/core';
import { IconPlayerTrackNext, IconX } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { Capture } from '../../../gateway/control/contract/index.ts';
import { queries } from '../../api.ts';
import { duration, exactTime } from '../../format.ts';
import { useLiveEvents } from '../../live.ts';
import { captureApp, captureTone, captureVerdict } from '../../parts/capture-tone.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Light, Tag } from '../../parts/light.tsx';
import { LinkButton } from '../../parts/link-button.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { toProblem } from '../../parts/say.tsx';
import { useActionHandlers } from '../../shell/actions-provider.tsx';
import { words } from '../../words/words.ts';
import { PinButton } from '../suites/pin-case.tsx';
import { ExportMenu } from '../transfer/export-menu.tsx';
import { AttemptsTab } from './attempts-tab.tsx';
import classes from './capture.module.css';
import { ChangesTab } from './changes-tab.tsx';
import type { CaptureTab } from './evidence-target.ts';
import { ExplanationTab } from './explanation-tab.tsx';
import { AnswerTab, RequestTab } from './message-tab.tsx';
import { RawTab } from './raw-tab.tsx';
import { StepsTab } from './steps-tab.tsx';
import { TimingTab } from './timing-tab.tsx';

const TABS = Object.keys(words.capture.tabs) as CaptureTab[];

/** One request, taken apart: `/ui/requests/CAPTURE`, the address that `explain` links point at. */
export function CaptureScreen() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const search = useSearch({ strict: false }) as { tab?: string; at?: string; q?: string };
  const navigate = useNavigate();
  const client = useQueryClient();
  const capture = useQuery(queries.captures.get.queryOptions({ input: { id } }));
  const tab = TABS.find((each) => each === search.tab) ?? 'explanation';

  useLiveEvents((event) => {
    if (event.type !== 'capture' || event.row.id !== id) return;
    void client.invalidateQueries({ queryKey: queries.captures.get.key({ input: { id } }) });
    void client.invalidateQueries({ queryKey: queries.captures.explain.key({ input: { id } }) });
  });
  const show = (next: string | null, at?: string) =>
    navigate({
      to: '/requests/$id',
      params: { id },
      search: { q: search.q, tab: next === 'explanation' || !next ? undefined : next, at } as never,
      replace: true,
    });
  useActionHandlers({
    explain: () => void show('explanation'),
    replay: () => void navigate({ to: '/requests/$id/replay', params: { id }, search: {} }),
  });

  const close = () => navigate({ to: '/requests', search: { q: search.q } });
  if (capture.error) {
    const problem = toProblem(capture.error);
    const gone = problem.code === 'NOT_FOUND';
    const w = words.capture;
    return (
      <div className={classes.problem}>
        <ProblemNote
          problem={gone ? { ...problem, sentence: w.gone, next: problem.next ?? w.goneNext } : problem}
          onRetry={() => void capture.refetch()}
        >
          <Button variant="default" onClick={close}>
            {w.openList}
          </Button>
        </ProblemNote>
      </div>
    );
  }
  if (!capture.data) return <Loader size="sm" m="lg" aria-label={words.common.loading} />;

  return (
    <article className={classes.capture} aria-labelledby="capture-title">
      <Head capture={capture.data} onClose={close} />
      <Tabs value={tab} onChange={show} className={classes.tabs} keepMounted={false}>
        <Tabs.List aria-label={words.capture.tabsLabel} className={classes.tabList}>
          {TABS.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {words.capture.tabs[each]}
              {each === 'attempts' && capture.data.attemptList.length > 1 && (
                <span className={classes.badge}>{capture.data.attemptList.length}</span>
              )}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab} className={classes.panel}>
          <Panel tab={tab} capture={capture.data} at={search.at} onShow={show} />
        </Tabs.Panel>
      </Tabs>
    </article>
  );
}

function Panel(props: {
  tab: CaptureTab;
  capture: Capture;
  at?: string;
  onShow: (tab: CaptureTab, at?: string) => void;
}) {
  const { capture, at } = props;
  switch (props.tab) {
    case 'explanation':
      return <ExplanationTab capture={capture} onShow={props.onShow} />;
    case 'steps':
      return <StepsTab capture={capture} at={at} onShow={props.onShow} />;
    case 'request':
      return <RequestTab capture={capture} at={at} />;
    case 'response':
      return <AnswerTab capture={capture} at={at} />;
    case 'attempts':
      return <AttemptsTab capture={capture} at={at} />;
    case 'timing':
      return <TimingTab capture={capture} />;
    case 'changes':
      return <ChangesTab capture={capture} />;
    case 'raw':
      return <RawTab capture={capture} />;
  }
}

function Head({ capture, onClose }: { capture: Capture; onClose: () => void }) {
  const w = words.requests;
  const tone = captureTone(capture);
  const answered = [capture.provider, capture.model].filter(Boolean).join('/');
  return (
    <header className={classes.head}>
      <Light tone={tone} size={20} />
      <div className="kw-grow">
        <h2 id="capture-title" className={classes.title}>
          {captureVerdict(capture)}
          {capture.status !== null && <span className="kw-mono kw-dim">{capture.status}</span>}
          {capture.practice && <Tag tone="practice">{words.common.practice}</Tag>}
          {capture.origin && <Tag tone="off">{w.origin[capture.origin.kind]}</Tag>}
        </h2>
        <p className={classes.meta}>
          <span>{captureApp(capture)}</span>
          <span>
            {w.asked} <b>{capture.askedModel ?? capture.path}</b>
          </span>
          {answered && answered !== capture.askedModel && (
            <span>
              {w.answeredBy} <b>{answered}</b>
            </span>
          )}
          <time dateTime={capture.time}>{exactTime(capture.time)}</time>
          {capture.durationMs !== null && <span>{duration(capture.durationMs)}</span>}
          <span className="kw-mono">{capture.id}</span>
          {capture.origin?.of && (
            <Link to="/requests/$id" params={{ id: capture.origin.of }} search={{}} className="kw-link">
              {w.originOf}
            </Link>
          )}
        </p>
      </div>
      <div className={classes.headActions}>
        <Tooltip label={words.replay.openHint}>
          <LinkButton
            to="/requests/$id/replay"
            params={{ id: capture.id }}
            search={{}}
            variant="default"
            leftSection={<IconPlayerTrackNext size={14} aria-hidden />}
          >
            {words.replay.open}
          </LinkButton>
        </Tooltip>
        <PinButton capture={capture} />
        <ExportMenu ids={[capture.id]} />
        <CopyButton text={capture.id} label={words.capture.copyId} />
      </div>
      <Tooltip label={words.capture.close}>
        <ActionIcon aria-label={words.capture.close} onClick={onClose}>
          <IconX size={17} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </header>
  );
}
