import { ActionIcon, Button, Checkbox, Menu, Tooltip } from '@mantine/core';
import { IconDots, IconPlayerPlay } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import type { SuiteRow } from '../../../gateway/control/contract/suites.ts';
import { api, queries } from '../../api.ts';
import { useConfirm } from '../../parts/confirm.tsx';
import { LinkButton } from '../../parts/link-button.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { say, sayProblem, toProblem } from '../../parts/say.tsx';
import { useAction } from '../../parts/use-action.ts';
import { useActionHandlers } from '../../shell/actions-provider.tsx';
import { words } from '../../words/words.ts';
import { CaseTable } from './case-table.tsx';
import { RunPane } from './run-pane.tsx';
import classes from './suites.module.css';

/** One suite: run it, see how each case went lately, read the runs, compare two. */
export function SuiteScreen() {
  const { name = '' } = useParams({ strict: false }) as { name?: string };
  const suite = useQuery(queries.suites.get.queryOptions({ input: { name } }));
  if (suite.error) {
    return (
      <div className={classes.pad}>
        <ProblemNote problem={toProblem(suite.error)} onRetry={() => void suite.refetch()}>
          <LinkButton to="/suites" variant="default">
            {words.suites.title}
          </LinkButton>
        </ProblemNote>
      </div>
    );
  }
  return suite.data ? <Suite key={name} suite={suite.data} /> : null;
}

function Suite({ suite }: { suite: SuiteRow }) {
  const w = words.suites;
  const search = useSearch({ strict: false }) as { run?: string; before?: string };
  const navigate = useNavigate();
  const client = useQueryClient();
  const action = useAction();
  const [recordingsOnly, setRecordingsOnly] = useState(false);
  const stop = useRef<AbortController>(null);

  const run = async () => {
    if (action.pending || suite.cases.length === 0) return;
    const stopping = new AbortController();
    stop.current = stopping;
    const done = await action.run(async () => {
      try {
        return await api.suites.run({ name: suite.name, recordingsOnly }, { signal: stopping.signal });
      } catch (error) {
        if (!stopping.signal.aborted) throw error;
        say(w.cancelled);
        return undefined;
      }
    });
    void client.invalidateQueries({ queryKey: queries.suites.key() });
    if (done) await show({ run: done.id });
  };
  const show = (next: { run?: string; before?: string }) =>
    navigate({ to: '/suites/$name', params: { name: suite.name }, search: next, replace: true });
  useActionHandlers({ runSuite: () => void run() });

  return (
    <article className={classes.suite} aria-labelledby="suite-title">
      <header className={classes.suiteHead}>
        <div className="kw-grow">
          <h2 id="suite-title">{suite.name}</h2>
          <p className="kw-dim">{w.cases(suite.cases.length)}</p>
        </div>
        <Tooltip label={w.recordingsOnlyHint}>
          <div>
            <Checkbox
              size="xs"
              label={w.recordingsOnly}
              checked={recordingsOnly}
              onChange={(event) => setRecordingsOnly(event.currentTarget.checked)}
            />
          </div>
        </Tooltip>
        <Button
          leftSection={<IconPlayerPlay size={15} aria-hidden />}
          loading={action.pending}
          disabled={suite.cases.length === 0}
          onClick={() => void run()}
        >
          {w.run}
        </Button>
        <SuiteMenu suite={suite} />
      </header>
      {action.pending && (
        <div className={classes.progress} role="status">
          <progress aria-label={w.running(suite.cases.length)} />
          <span>{w.running(suite.cases.length)}</span>
          <Button variant="default" onClick={() => stop.current?.abort()}>
            {w.cancel}
          </Button>
        </div>
      )}
      {action.problem && <ProblemNote problem={action.problem} />}
      <CaseTable suite={suite} />
      <RunPane suite={suite} run={search.run} before={search.before} onShow={show} />
    </article>
  );
}

function SuiteMenu({ suite }: { suite: SuiteRow }) {
  const w = words.suites;
  const confirm = useConfirm();
  const navigate = useNavigate();
  const client = useQueryClient();
  const remove = async () => {
    const yes = await confirm({
      title: w.removeTitle(suite.name),
      text: w.removeText(suite.cases.length),
      confirm: w.removeConfirm,
    });
    if (!yes) return;
    try {
      await api.suites.remove({ name: suite.name });
      say(w.removed(suite.name));
      await navigate({ to: '/suites' });
      void client.invalidateQueries({ queryKey: queries.suites.key() });
    } catch (error) {
      sayProblem(error);
    }
  };
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon aria-label={w.more}>
          <IconDots size={17} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item color="red" onClick={() => void remove()}>
          {w.remove}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
