import { Button, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { Capture } from '../../../gateway/control/contract/index.ts';
import type { Change, Changes } from '../../../gateway/control/contract/replay.ts';
import { queries } from '../../api.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Light } from '../../parts/light.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { RelativeTime } from '../../parts/relative-time.tsx';
import { Said } from '../../parts/said.tsx';
import { toProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import { fork, RECORDED, writeBranches } from '../replay/branch.ts';
import { changesText, factText, headText } from './as-text.ts';
import classes from './capture.module.css';
import { WithRedactions } from './redaction-chips.tsx';

/** The nearest success and everything that is different since, most suspicious first. */
export function ChangesTab({ capture }: { capture: Capture }) {
  const w = words.replay.changes;
  const changes = useQuery(
    queries.replay.changes.queryOptions({ input: { id: capture.id }, enabled: !capture.ok, staleTime: 60_000 }),
  );
  if (capture.ok) return <p className={classes.block}>{w.worksNow}</p>;
  if (changes.error) {
    return (
      <div className={classes.block}>
        <ProblemNote problem={toProblem(changes.error)} onRetry={() => void changes.refetch()} />
      </div>
    );
  }
  if (!changes.data) {
    return (
      <p className={classes.block}>
        <Loader size="xs" mr="xs" aria-hidden /> {w.loading}
      </p>
    );
  }
  return <Changed capture={capture} changes={changes.data} />;
}

function Changed({ capture, changes }: { capture: Capture; changes: Changes }) {
  const w = words.replay.changes;
  const { success } = changes;
  return (
    <div className={classes.explanation}>
      <section className={classes.block}>
        <div className={classes.blockHead}>
          <p className={classes.sentence}>
            <Said text={success ? changes.sentence : changes.sentence || w.none} />
          </p>
          <CopyButton text={() => `${headText(capture)}\n\n${changesText(changes)}`} label={words.common.copyText} />
        </div>
        {success ? (
          <p className={classes.certainty}>
            <Light tone="ok" />
            <span>
              {w.worked} <RelativeTime iso={success.time} />
            </span>
            {changes.matchedBy.length > 0 && (
              <span className="kw-dim">
                {w.agrees}: {changes.matchedBy.map((each) => w.matched[each] ?? each).join(', ')}
              </span>
            )}
            <Link to="/requests/$id" params={{ id: success.id }} search={{}} className="kw-link">
              {w.openSuccess}
            </Link>
          </p>
        ) : (
          <p className="kw-dim">{w.noneNext}</p>
        )}
      </section>
      {success && changes.changes.length === 0 && <p className={classes.block}>{w.nothing}</p>}
      {changes.changes.length > 0 && (
        <section className={classes.block} aria-labelledby="changes">
          <h3 id="changes">{w.list}</h3>
          <ol className={classes.changes}>
            {changes.changes.map((change) => (
              <ChangeLine key={`${change.what} ${change.path}`} id={capture.id} change={change} />
            ))}
          </ol>
        </section>
      )}
    </div>
  );
}

function ChangeLine({ id, change }: { id: string; change: Change }) {
  const w = words.replay.changes;
  const navigate = useNavigate();
  const percent = Math.round(change.suspicion * 100);
  const { undo } = change;
  return (
    <li className={classes.change}>
      <div className={classes.changeHead}>
        <b>{w.what[change.what]}</b>
        <code className="kw-mono kw-dim">{change.path}</code>
        <span className={classes.suspicion}>
          <meter min={0} max={1} value={change.suspicion} aria-label={w.suspicion(percent)} />
          <span className="kw-dim">{w.suspicion(percent)}</span>
        </span>
      </div>
      <p>
        <Said text={change.sentence} />
      </p>
      {(change.before !== undefined || change.after !== undefined) && (
        <dl className={classes.facts}>
          <div>
            <dt>{w.before}</dt>
            <dd className="kw-mono">
              <Value value={change.before} />
            </dd>
          </div>
          <div>
            <dt>{w.after}</dt>
            <dd className="kw-mono">
              <Value value={change.after} />
            </dd>
          </div>
        </dl>
      )}
      {undo && (
        <Button
          variant="default"
          mt={4}
          onClick={() =>
            void navigate({
              to: '/requests/$id/replay',
              params: { id },
              search: { on: 1 },
              hash: writeBranches([fork(RECORDED, { edits: [undo] })]),
            })
          }
        >
          {w.replayEarlier}
        </Button>
      )}
    </li>
  );
}

function Value({ value }: { value: unknown }) {
  if (value === undefined || value === null) return <span className="kw-dim">{words.replay.nothing}</span>;
  return <WithRedactions text={factText(value)} />;
}
