import { Alert, Button, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Problem } from '../api.ts';
import { words } from '../words/words.ts';
import { Said } from './said.tsx';

/** A failure of ours or of the gateway's: a sentence, what to do, a button. */
export function ProblemNote(props: { problem: Problem; onRetry?: () => void; children?: ReactNode }) {
  return (
    <Alert color="red" icon={<IconAlertTriangle size={18} aria-hidden />} role="alert" p="sm">
      <Text size="sm" fw={600} c="var(--kw-text)">
        <Said text={props.problem.sentence} />
      </Text>
      {props.problem.next && (
        <Text size="sm">
          <Said text={props.problem.next} />
        </Text>
      )}
      {(props.onRetry || props.children) && (
        <Group gap="xs" mt="xs">
          {props.onRetry && (
            <Button variant="default" onClick={props.onRetry}>
              {words.common.retry}
            </Button>
          )}
          {props.children}
        </Group>
      )}
    </Alert>
  );
}
