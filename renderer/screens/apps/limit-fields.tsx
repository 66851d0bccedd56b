import { Fieldset, NumberInput, Text } from '@mantine/core';
import { words } from '../../words/words.ts';
import classes from './apps.module.css';
import { LIMITS, type Limit } from './key-options.ts';

export type LimitValues = Readonly<Partial<Record<Limit, number>>>;

/** Limits of whatever can carry some; an empty field is no limit. */
export function LimitFields(props: { value: LimitValues; onChange: (limits: LimitValues) => void }) {
  const f = words.apps.form;
  return (
    <Fieldset legend={f.limits}>
      <Text size="sm" c="dimmed">
        {f.limitsHint}
      </Text>
      <div className={classes.limits}>
        {LIMITS.map((name) => (
          <NumberInput
            key={name}
            label={f[name]}
            placeholder={f.noLimit}
            min={0}
            allowDecimal={name.startsWith('budget')}
            value={props.value[name] ?? ''}
            onChange={(limit) => {
              const { [name]: _, ...others } = props.value;
              props.onChange(typeof limit === 'number' && limit > 0 ? { ...others, [name]: limit } : others);
            }}
          />
        ))}
      </div>
    </Fieldset>
  );
}
