import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type Problem, problemOf } from '../api.ts';
import { words } from '../words/words.ts';

export function toProblem(error: unknown): Problem {
  return problemOf(error, { sentence: words.common.unreachable, next: words.common.unreachableNext });
}

/** A message at the edge of the window: something was done, and perhaps how to take it back. */
export function say(message: string, undo?: () => void) {
  const id = crypto.randomUUID();
  notifications.show({
    id,
    withBorder: true,
    autoClose: undo ? 12_000 : 5_000,
    message: (
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text size="sm">{message}</Text>
        {undo && (
          <Button
            variant="default"
            onClick={() => {
              notifications.hide(id);
              undo();
            }}
          >
            {words.common.undo}
          </Button>
        )}
      </Group>
    ),
  });
}

export function sayProblem(error: unknown) {
  const problem = toProblem(error);
  notifications.show({
    title: problem.sentence,
    message: problem.next,
    color: 'red',
    withBorder: true,
    autoClose: 10_000,
  });
}
