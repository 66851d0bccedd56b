import { Button, Group, Loader } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { FixResult } from '../../../gateway/control/contract/experiments.ts';
import type { Capture, Fix } from '../../../gateway/control/contract/index.ts';
import { api, queries } from '../../api.ts';
import { ExternalLink } from '../../parts/external.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Said } from '../../parts/said.tsx';
import { toProblem } from '../../parts/say.tsx';
import { useAction } from '../../parts/use-action.ts';
import { useShown } from '../../parts/use-shown.ts';
import { words } from '../../words/words.ts';
import { EditChips } from '../replay/edit-chips.tsx';
import classes from './capture.module.css';
import type { Place } from './fix-effect.ts';
import { FixNeeds, shownValue } from './fix-needs.tsx';
import { FixResultNote } from './fix-result-note.tsx';

/** One fix from what it would do to what it did: shown first, carried out on a button, checked, and taken back on another. */
export function FixPanel(props: { capture: Capture; fix: Fix; byHand: Place | undefined; onClose: () => void }) {
  const { capture, fix } = props;
  const w = words.fixes;
  const navigate = useNavigate();
  const client = useQueryClient();
  const action = useAction();
  const [values, setValues] = useState<Record<string, string>>({});
  const [result, setResult] = useState<FixResult | null>(null);
  const preview = useQuery(
    queries.fixes.preview.queryOptions({ input: { id: capture.id, fix: fix.id }, gcTime: 0, retry: false }),
  );

  const shown = useShown(preview.isSuccess);

  const apply = async () => {
    const needs = preview.data?.needs ?? [];
    const given = Object.fromEntries(needs.map((need) => [need.name, shownValue(need, values).trim()]));
    const done = await action.run(() => api.fixes.apply({ id: capture.id, fix: fix.id, values: given }));
    if (!done) return;
    // What was typed may be a secret: it is not kept a moment longer than needed.
    setValues({});
    setResult(done);
    void client.invalidateQueries({ queryKey: queries.captures.explain.key({ input: { id: capture.id } }) });
  };

  if (result) return <FixResultNote result={result} onClose={props.onClose} />;
  const { byHand } = props;
  const problem = action.problem ?? (preview.error ? toProblem(preview.error) : null);
  const missing = preview.data?.needs.find((need) => !need.lines && !shownValue(need, values).trim());
  const cost = preview.data?.costUsd;
  return (
    <form
      ref={shown}
      className={classes.fixPanel}
      aria-label={fix.title}
      onSubmit={(event) => {
        event.preventDefault();
        if (preview.data && !missing && !action.pending) void apply();
      }}
    >
      {preview.isPending && (
        <p className="kw-dim">
          <Loader size="xs" mr="xs" aria-hidden /> {w.preview}
        </p>
      )}
      {preview.data && (
        <>
          <p>
            <Said text={preview.data.sentence} />
          </p>
          <EditChips edits={preview.data.edits} />
          {fix.url && (
            <p>
              <ExternalLink url={fix.url}>{fix.url.replace(/^https?:\/\//, '')}</ExternalLink>
            </p>
          )}
          <FixNeeds
            needs={preview.data.needs}
            values={values}
            onChange={(name, value) => setValues((before) => ({ ...before, [name]: value }))}
          />
          <p className="kw-dim">
            {cost === 0 || capture.practice
              ? w.free
              : w.cost(
                  cost === null || cost === undefined ? words.experiments.unknownCost : words.experiments.about(cost),
                )}
          </p>
        </>
      )}
      {problem && <ProblemNote problem={problem} />}
      <Group gap="xs">
        {preview.data && (
          <Button type="submit" loading={action.pending} disabled={missing !== undefined}>
            {w.apply}
          </Button>
        )}
        {(problem || !preview.data) && byHand && (
          <Button variant="default" onClick={() => void navigate(byHand)}>
            {w.here}
          </Button>
        )}
        <Button variant="subtle" color="gray" onClick={props.onClose} disabled={action.pending}>
          {w.cancel}
        </Button>
      </Group>
      <span role="status">{action.pending && w.applying}</span>
    </form>
  );
}
