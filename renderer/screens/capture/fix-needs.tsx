import { TextInput } from '@mantine/core';
import { words } from '../../words/words.ts';
import { SecretField } from '../keys/secret-field.tsx';

/** The values a fix needs from the person; a secret is masked as it is typed. */
export function FixNeeds(props: {
  needs: readonly { name: string; title: string; secret: boolean }[];
  values: Readonly<Record<string, string>>;
  onChange: (name: string, value: string) => void;
}) {
  return props.needs.map((need) => {
    const value = props.values[need.name] ?? '';
    return need.secret ? (
      <SecretField
        key={need.name}
        label={need.title}
        hint={words.fixes.secretHint}
        value={value}
        onChange={(text) => props.onChange(need.name, text)}
      />
    ) : (
      <TextInput
        key={need.name}
        label={need.title}
        value={value}
        onChange={(event) => props.onChange(need.name, event.currentTarget.value)}
      />
    );
  });
}
