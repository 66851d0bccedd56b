import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { SuiteRow } from '../../../gateway/control/contract/suites.ts';
import { api, queries } from '../../api.ts';
import { useConfirm } from '../../parts/confirm.tsx';
import { Tag } from '../../parts/light.tsx';
import { say, sayProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import { EditChips } from '../replay/edit-chips.tsx';
import { EditCase } from './edit-case.tsx';
import { expectationWords } from './expectation.ts';
import { RESULT_TONES } from './run-tone.ts';
import classes from './suites.module.css';

type Case = SuiteRow['cases'][number];

const DOTS = 12;

/** The cases: what must hold of each, and how it went lately. */
export function CaseTable({ suite }: { suite: SuiteRow }) {
  const w = words.suites;
  const [editing, setEditing] = useState<Case | null>(null);
  return (
    <section className={classes.section} aria-labelledby="cases">
      <h3 id="cases">{w.casesTitle}</h3>
      <table className={classes.table} aria-label={w.casesTitle}>
        <thead>
          <tr>
            <th scope="col">{w.case}</th>
            <th scope="col">{w.holds}</th>
            <th scope="col">{w.recent}</th>
            <th scope="col">
              <span className={classes.hiddenTitle}>{w.more}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {suite.cases.map((each) => (
            <tr key={each.id}>
              <th scope="row">
                <Link to="/requests/$id" params={{ id: each.capture }} search={{}} className="kw-link">
                  {each.name}
                </Link>
                <span className="kw-dim">{words.replay.modes[each.mode]}</span>
                <EditChips edits={each.edits} />
              </th>
              <td>{expectationWords(each.expect).join(', ')}</td>
              <td>
                <Dots case={each} />
              </td>
              <td>
                <CaseMenu suite={suite.name} case={each} onEdit={() => setEditing(each)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <EditCase suite={suite.name} case={editing} onClose={() => setEditing(null)} />
    </section>
  );
}

function Dots({ case: each }: { case: Case }) {
  const w = words.suites;
  const results = each.lastResults.slice(0, DOTS);
  if (results.length === 0) return <span className="kw-dim">{w.recentNone}</span>;
  const said = w.recentWords(results.map((result) => w.results[result]).join(', '));
  return (
    <span className={classes.recent}>
      <Tooltip label={said} multiline maw={320}>
        <span className={classes.dots} role="img" aria-label={said}>
          {results.map((result, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: results have no identity but their place
            <span key={index} className={classes.dot} data-result={result} />
          ))}
        </span>
      </Tooltip>
      <Tag tone={RESULT_TONES[results[0] ?? 'skipped']}>{w.results[results[0] ?? 'skipped']}</Tag>
      {each.flakiness > 0 && (
        <Tooltip label={w.flakyHint} multiline maw={280}>
          <span>
            <Tag tone="wait">{w.flaky(Math.round(each.flakiness * 100))}</Tag>
          </span>
        </Tooltip>
      )}
    </span>
  );
}

function CaseMenu({ suite, case: each, onEdit }: { suite: string; case: Case; onEdit: () => void }) {
  const w = words.suites;
  const confirm = useConfirm();
  const client = useQueryClient();
  const remove = async () => {
    const question = { title: w.removeCaseTitle(each.name), text: w.removeCaseText, confirm: w.removeCaseConfirm };
    if (!(await confirm(question))) return;
    try {
      await api.suites.removeCase({ name: suite, case: each.id });
      say(w.caseRemoved(each.name));
      void client.invalidateQueries({ queryKey: queries.suites.key() });
    } catch (error) {
      sayProblem(error);
    }
  };
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon aria-label={words.common.more(each.name)}>
          <IconDots size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={onEdit}>{w.editCase}</Menu.Item>
        <Menu.Item color="red" onClick={() => void remove()}>
          {w.removeCase}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
