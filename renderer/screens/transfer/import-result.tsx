import { Button, Group } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { Imported } from '../../../gateway/control/contract/transfer.ts';
import { Light } from '../../parts/light.tsx';
import { LinkButton } from '../../parts/link-button.tsx';
import { Said } from '../../parts/said.tsx';
import { words } from '../../words/words.ts';
import classes from './transfer.module.css';

const LISTED = 50;

/** What came in, what was left out and why, and whether a bundle is what its maker made. */
export function ImportResult({ imported, onClose }: { imported: Imported; onClose: () => void }) {
  const w = words.transfer;
  const navigate = useNavigate();
  const failure = imported.captures.find((capture) => !capture.ok);
  const signature = imported.format === 'bundle' ? w.signature[imported.signature] : '';
  return (
    <div className={classes.result}>
      <p role="status">
        <b>{w.imported(imported.captures.length)}</b>
      </p>
      {signature && (
        <p className={classes.signature}>
          <Light tone={imported.signature === 'good' ? 'ok' : 'bad'} />
          {signature}
        </p>
      )}
      <ul className={classes.captures} aria-label={w.result}>
        {imported.captures.slice(0, LISTED).map((capture) => (
          <li key={capture.id}>
            <Light tone={capture.ok ? 'ok' : 'bad'} />
            <span className="kw-grow kw-clip">
              {capture.from} <span className="kw-dim">{capture.message}</span>
            </span>
            <LinkButton
              to="/requests/$id"
              params={{ id: capture.id }}
              search={{}}
              variant="subtle"
              aria-label={`${w.open}: ${capture.from}`}
            >
              {w.open}
            </LinkButton>
          </li>
        ))}
      </ul>
      {imported.skipped.length > 0 && (
        <details>
          <summary>{w.skipped(imported.skipped.length)}</summary>
          <ul className={classes.captures}>
            {imported.skipped.slice(0, LISTED).map((each) => (
              <li key={each.entry}>
                <span className="kw-grow">
                  <span className="kw-mono">{each.entry}</span> <Said text={each.sentence} />
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
      <Group justify="flex-end" gap="xs">
        {failure && (
          <Button
            data-autofocus
            onClick={() => {
              onClose();
              void navigate({ to: '/requests/$id', params: { id: failure.id }, search: {} });
            }}
          >
            {w.explainFirst}
          </Button>
        )}
        <Button variant="default" onClick={onClose}>
          {w.done}
        </Button>
      </Group>
    </div>
  );
}
