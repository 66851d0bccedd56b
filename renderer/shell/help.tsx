import { Modal } from '@mantine/core';
import { words } from '../words/words.ts';
import { ACTIONS, type ActionGroup } from './actions.ts';
import { Keys } from './keys.tsx';
import classes from './shell.module.css';

const GROUPS = Object.keys(words.help.groups) as ActionGroup[];

export function Help({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title={words.help.title} size="lg">
      <div className={classes.help}>
        {GROUPS.map((group) => (
          <section key={group}>
            <h3>{words.help.groups[group]}</h3>
            <dl>
              {ACTIONS.filter((action) => action.group === group && action.keys.length > 0).map((action) => (
                <div key={action.id}>
                  <dt>{words.actions[action.id]}</dt>
                  <dd>
                    {action.keys.map((keys) => (
                      <Keys key={keys} keys={keys} />
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
