import { Accordion } from '@mantine/core';
import type { Capture, RecordedAttempt } from '../../../gateway/control/contract/index.ts';
import { duration } from '../../format.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Light, Tag } from '../../parts/light.tsx';
import { words } from '../../words/words.ts';
import { attemptsText, headText, originText } from './as-text.ts';
import { BodyView } from './body-view.tsx';
import classes from './capture.module.css';
import { HeadersTable } from './headers-table.tsx';
import { contentType } from './message-tab.tsx';
import { WithRedactions } from './redaction-chips.tsx';

/** Legs two and three of every try: what was sent to the provider and what came back. */
export function AttemptsTab({ capture, at }: { capture: Capture; at?: string }) {
  const w = words.capture.attempts;
  const attempts = capture.attemptList;
  if (attempts.length === 0) return <p className={classes.block}>{w.none}</p>;
  const asked = at?.startsWith('attempt:') ? Number(at.slice('attempt:'.length)) - 1 : undefined;
  const opened = attempts.find((attempt) => attempt.index === asked) ?? attempts.at(-1);
  return (
    <div className={classes.message}>
      <div className={classes.blockHead}>
        <p className="kw-dim">{words.requests.attempts(attempts.length)}</p>
        <CopyButton text={() => `${headText(capture)}\n\n${attemptsText(capture)}`} label={words.common.copyText} />
      </div>
      <Accordion multiple defaultValue={opened ? [String(opened.index)] : []} variant="contained">
        {attempts.map((attempt) => (
          <Accordion.Item key={attempt.index} value={String(attempt.index)}>
            <Accordion.Control>
              <AttemptTitle attempt={attempt} />
            </Accordion.Control>
            <Accordion.Panel>
              <AttemptBody attempt={attempt} />
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
    </div>
  );
}

function AttemptTitle({ attempt }: { attempt: RecordedAttempt }) {
  const w = words.capture.attempts;
  const ok = attempt.outcome?.ok;
  const { startMs, endMs } = attempt.timings;
  return (
    <span className={classes.attemptTitle}>
      <Light tone={ok ? 'ok' : attempt.outcome ? 'bad' : 'wait'} />
      <b>{w.title(attempt.index + 1)}</b>
      <span>{[attempt.provider, attempt.model].filter(Boolean).join('/')}</span>
      <span className="kw-mono">{attempt.status ?? attempt.outcome?.errorCode ?? w.noStatus}</span>
      {attempt.outcome?.cause && <Tag tone="bad">{words.causes[attempt.outcome.cause]}</Tag>}
      <span className="kw-dim">{endMs === undefined ? words.time.notMeasured : duration(endMs - startMs)}</span>
    </span>
  );
}

function AttemptBody({ attempt }: { attempt: RecordedAttempt }) {
  const w = words.capture.attempts;
  const name = w.title(attempt.index + 1);
  return (
    <div className={classes.message}>
      <dl className={classes.facts}>
        {attempt.key && (
          <div>
            <dt>{w.key}</dt>
            <dd>
              {attempt.key.label} · {words.keys.endsIn(attempt.key.lastFour)} ·{' '}
              {words.keys.version(attempt.key.version)}
            </dd>
          </div>
        )}
        {attempt.outcome?.errorMessage && (
          <div>
            <dt>{w.error}</dt>
            <dd>
              <WithRedactions text={`${attempt.outcome.errorCode ?? ''} ${attempt.outcome.errorMessage}`.trim()} />
            </dd>
          </div>
        )}
        {attempt.outcome?.movedOn && (
          <div>
            <dt>{w.movedOn}</dt>
            <dd>{attempt.outcome.movedOn}</dd>
          </div>
        )}
        {attempt.origins.map((rule) => (
          <div key={rule.name}>
            <dt>{rule.name}</dt>
            <dd>{originText(rule.origin)}</dd>
          </div>
        ))}
      </dl>
      <h3>{w.sent}</h3>
      <p className={classes.line}>
        {attempt.method} <WithRedactions text={attempt.url} />
      </p>
      <HeadersTable headers={attempt.requestHeaders} caption={`${name}: ${w.sent}`} />
      <BodyView
        body={attempt.requestBody}
        contentType={contentType(attempt.requestHeaders)}
        label={`${name}: ${w.sent}`}
      />
      <h3>{w.received}</h3>
      {attempt.status === undefined && !attempt.responseBody ? (
        <p className="kw-dim">{w.nothingReceived}</p>
      ) : (
        <>
          <p className={classes.line}>
            {words.text.status} {attempt.status ?? w.noStatus} {attempt.statusText}
          </p>
          <HeadersTable headers={attempt.responseHeaders ?? []} caption={`${name}: ${w.received}`} />
          {attempt.responseBody && (
            <BodyView
              body={attempt.responseBody}
              contentType={contentType(attempt.responseHeaders ?? [])}
              label={`${name}: ${w.received}`}
            />
          )}
        </>
      )}
    </div>
  );
}
