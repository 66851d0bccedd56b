import { Textarea, TextInput } from '@mantine/core';
import { words } from '../../words/words.ts';
import { SecretField } from '../keys/secret-field.tsx';

export interface FixNeed {
  readonly name: string;
  readonly title: string;
  readonly secret: boolean;
  readonly suggested: string | null;
  readonly lines?: boolean;
}

/** What stands in the field: what the person typed, else what is suggested. */
export function shownValue(need: FixNeed, values: Readonly<Record<string, string>>): string {
  return values[need.name] ?? need.suggested ?? '';
}

/** The values a fix needs from the person; a secret is masked as it is typed. */
export function FixNeeds(props: {
  needs: readonly FixNeed[];
  values: Readonly<Record<string, string>>;
  onChange: (name: string, value: string) => void;
}) {
  return props.needs.map((need) => {
    const value = shownValue(need, props.values);
    const label = need.title.charAt(0).toUpperCase() + need.title.slice(1);
    if (need.lines) {
      return (
        <Textarea
          key={need.name}
          label={label}
          description={words.fixes.linesHint}
          classNames={{ input: 'kw-mono' }}
          autosize
          minRows={2}
          maxRows={8}
          value={value}
          onChange={(event) => props.onChange(need.name, event.currentTarget.value)}
        />
      );
    }
    return need.secret ? (
      <SecretField
        key={need.name}
        label={label}
        hint={words.fixes.secretHint}
        value={value}
        onChange={(text) => props.onChange(need.name, text)}
      />
    ) : (
      <TextInput
        key={need.name}
        label={label}
        value={value}
        onChange={(event) => props.onChange(need.name, event.currentTarget.value)}
      />
    );
  });
}
