/** What a step says of itself, for the capture and the debugger alike. */
import type { ReactNode } from 'react';
import type { RecordedStep } from '../../../gateway/control/contract/index.ts';
import { duration, offset } from '../../format.ts';
import { words } from '../../words/words.ts';
import { factText, originText } from './as-text.ts';
import classes from './capture.module.css';
import { LossLedger } from './loss-ledger.tsx';
import { WithRedactions } from './redaction-chips.tsx';

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      {children}
    </div>
  );
}

function Value({ value }: { value: unknown }) {
  return (
    <dd className="kw-mono">
      <WithRedactions text={factText(value)} />
    </dd>
  );
}

export function StepTimes({ step }: { step: Pick<RecordedStep, 'startMs' | 'endMs'> }) {
  const w = words.capture.steps;
  return (
    <p className="kw-dim">
      {w.at} {offset(step.startMs)}, {w.took} {duration(step.endMs - step.startMs)}
    </p>
  );
}

/** The rule that decided, and where it was set. */
export function StepRule({ rule }: { rule: NonNullable<RecordedStep['rule']> }) {
  const w = words.capture.steps;
  return (
    <dl className={classes.facts}>
      <Fact name={w.rule}>
        <dd className="kw-mono">{rule.name}</dd>
      </Fact>
      <Fact name={w.setIn}>
        <dd>{originText(rule.origin)}</dd>
      </Fact>
      {rule.value !== undefined && (
        <Fact name={w.value}>
          <Value value={rule.value} />
        </Fact>
      )}
    </dl>
  );
}

type Facts = Readonly<Record<string, unknown>> | undefined;

/** What came in and what went out, side by side. `heading` is the level that fits below the step's own. */
export function StepInOut({ input, output, heading }: { input: Facts; output: Facts; heading: 'h3' | 'h4' }) {
  const w = words.capture.steps;
  return (
    <>
      <div className={classes.inOut}>
        <FactsOf title={w.input} facts={input} heading={heading} />
        <FactsOf title={w.output} facts={withoutLedger(output)} heading={heading} />
      </div>
      <LossLedger output={output} heading={heading} />
    </>
  );
}

/** The ledger has a table of its own. */
function withoutLedger(output: Facts): Facts {
  if (!Array.isArray(output?.ledger)) return output;
  const { ledger: _table, ...rest } = output;
  return rest;
}

function FactsOf({ title, facts, heading: Heading }: { title: string; facts: Facts; heading: 'h3' | 'h4' }) {
  const entries = Object.entries(facts ?? {});
  return (
    <div>
      <Heading>{title}</Heading>
      {entries.length === 0 && <p className="kw-dim">{words.capture.steps.nothing}</p>}
      <dl className={classes.facts}>
        {entries.map(([name, value]) => (
          <Fact key={name} name={name}>
            <Value value={value} />
          </Fact>
        ))}
      </dl>
    </div>
  );
}
