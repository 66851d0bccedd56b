import { Fieldset, NumberInput, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { LimitUsage } from '../../../gateway/control/contract/limits.ts';
import { queries } from '../../api.ts';
import { count, dollars } from '../../format.ts';
import { words } from '../../words/words.ts';
import { isMoney, LIMITS, type LimitDraft, limitFault, monthBelowDay } from './limit-draft.ts';
import classes from './limits.module.css';

/** Limits of whatever can carry some; an empty field is no limit. `of`: whose, to say what is used beside each. */
export function LimitFields(props: {
  value: LimitDraft;
  onChange: (limits: LimitDraft) => void;
  of?: Pick<LimitUsage, 'of' | 'id'>;
  autoFocus?: boolean;
}) {
  const w = words.limits;
  const { value, of } = props;
  const usage = useQuery({ ...queries.limits.list.queryOptions(), enabled: of !== undefined });
  const usedNow = (limit: LimitUsage['limit']) => {
    const row = usage.data?.find((each) => each.limit === limit && each.of === of?.of && each.id === of?.id);
    return row && w.usedNow[limit]((isMoney(limit) ? dollars : count)(row.used + row.held));
  };
  return (
    <Fieldset legend={w.legend}>
      <Text size="sm" c="dimmed">
        {w.hint}
      </Text>
      <div className={classes.fields}>
        {LIMITS.map((limit, index) => {
          const fault = limitFault(value, limit);
          return (
            <NumberInput
              key={limit}
              label={w.fields[limit]}
              description={usedNow(limit)}
              inputWrapperOrder={['label', 'input', 'error', 'description']}
              placeholder={w.none}
              data-autofocus={(props.autoFocus && index === 0) || undefined}
              prefix={isMoney(limit) ? '$' : undefined}
              thousandSeparator=","
              allowNegative={false}
              allowDecimal={isMoney(limit)}
              value={value[limit] ?? ''}
              error={fault && w.faults[fault]}
              onChange={(typed) => props.onChange({ ...value, [limit]: typed })}
            />
          );
        })}
      </div>
      {monthBelowDay(value) && (
        <Text size="sm" mt="xs" role="status">
          {w.monthBelowDay}
        </Text>
      )}
    </Fieldset>
  );
}
