import { Button, Group } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { api, queries } from '../../api.ts';
import { duration } from '../../format.ts';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { useAction } from '../../parts/use-action.ts';
import { words } from '../../words/words.ts';
import classes from './home.module.css';

type Answer = Awaited<ReturnType<typeof api.practice.try>>;

/** A whole request in front of the newcomer: asked, answered, then one that fails and leads to why. */
export function TryIt({ done }: { done: boolean }) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [failure, setFailure] = useState<Answer | null>(null);
  const asking = useAction();
  const failing = useAction();
  const navigate = useNavigate();
  const client = useQueryClient();
  const s = words.home.steps;

  const ask = async () => {
    setFailure(null);
    const answered = await asking.run(() => api.practice.try({ model: 'ok', prompt: s.prompt }));
    if (answered) setAnswer(answered);
    void client.invalidateQueries({ queryKey: queries.status.key() });
  };
  const fail = async () => {
    const failed = await failing.run(() => api.practice.try({ model: 'key-expired', prompt: s.prompt }));
    if (failed) setFailure(failed);
  };
  const open = (capture: string) => navigate({ to: '/requests/$id', params: { id: capture }, search: {} });
  const problem = asking.problem ?? failing.problem;

  return (
    <div className={classes.try}>
      <Group gap="xs">
        <Button onClick={ask} loading={asking.pending} variant={answer || done ? 'default' : 'filled'}>
          {answer ? s.tryAgain : s.tryButton}
        </Button>
        {answer && !failure && (
          <Button onClick={fail} loading={failing.pending}>
            {s.failButton}
          </Button>
        )}
      </Group>
      {problem && <ProblemNote problem={problem} />}
      {answer && (
        <div className={classes.talk}>
          <p className={classes.asked}>
            <span className="kw-dim">{s.asked}: </span>
            {s.prompt}
          </p>
          <div className={classes.answer} role="status">
            <Arriving key={answer.capture} text={answer.text} />
          </div>
          <p className="kw-dim">
            {s.answered(duration(answer.durationMs))}.{' '}
            <button type="button" className={classes.inlineLink} onClick={() => open(answer.capture)}>
              {s.seeRequest}
            </button>
          </p>
        </div>
      )}
      {answer && !failure && <p className="kw-dim">{s.failSentence}</p>}
      {failure && (
        <div className={classes.failed}>
          <p>{s.failed(failure.status)}</p>
          <code className="kw-code">{failure.text}</code>
          <Button onClick={() => open(failure.capture)}>{s.seeWhy}</Button>
        </div>
      )}
    </div>
  );
}

const WORDS_PER_TICK_MS = 28;

/** Lets an answer come word by word, as a stream would; at once for those who want no motion. */
function Arriving({ text }: { text: string }) {
  const pieces = text.split(/(?<=\s)/);
  const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  const [shown, setShown] = useState(still ? pieces.length : 1);
  useEffect(() => {
    if (shown >= pieces.length) return;
    const timer = setTimeout(() => setShown(shown + 1), WORDS_PER_TICK_MS);
    return () => clearTimeout(timer);
  }, [shown, pieces.length]);
  return <>{pieces.slice(0, shown).join('')}</>;
}
