import { Button, Group, Modal, Text } from '@mantine/core';
import { createContext, type ReactNode, useContext, useState } from 'react';
import { words } from '../words/words.ts';

export interface Question {
  readonly title: string;
  readonly text: string;
  /** What the button says: the deed, not “OK”. */
  readonly confirm: string;
  /** Nothing is lost by it: the button is not red. */
  readonly harmless?: boolean;
}

type Asked = Question & { answer: (yes: boolean) => void };

const ConfirmContext = createContext<(question: Question) => Promise<boolean>>(async () => false);

/** Asks before what cannot be undone, or costs money. Resolves with true only when the person pressed the deed's button. */
export const useConfirm = () => useContext(ConfirmContext);

export function ConfirmProvider({ children }: { children: ReactNode }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const ask = (question: Question) =>
    new Promise<boolean>((resolve) => {
      setAsked({ ...question, answer: resolve });
    });
  const answer = (yes: boolean) => {
    asked?.answer(yes);
    setAsked(null);
  };
  return (
    <ConfirmContext value={ask}>
      {children}
      <Modal opened={asked !== null} onClose={() => answer(false)} title={asked?.title} size="sm">
        <Text size="sm">{asked?.text}</Text>
        <Group justify="flex-end" gap="xs" mt="md">
          <Button variant="default" onClick={() => answer(false)} data-autofocus>
            {words.common.cancel}
          </Button>
          <Button color={asked?.harmless ? undefined : 'red'} onClick={() => answer(true)}>
            {asked?.confirm}
          </Button>
        </Group>
      </Modal>
    </ConfirmContext>
  );
}
