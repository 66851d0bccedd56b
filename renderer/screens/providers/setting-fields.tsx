import { Autocomplete, TextInput } from '@mantine/core';
import type { PresetRow } from '../../../gateway/control/contract/index.ts';

/** What a provider needs to know besides its key: a region, a project. */
export function SettingFields(props: {
  settings: PresetRow['settings'];
  value: Readonly<Record<string, string>>;
  onChange: (value: Record<string, string>) => void;
}) {
  return props.settings.map(({ name, title, required, example, note, choices }) => {
    const field = { label: title, description: note, withAsterisk: required, placeholder: example };
    const value = props.value[name] ?? '';
    const set = (text: string) => props.onChange({ ...props.value, [name]: text });
    return choices ? (
      <Autocomplete key={name} {...field} data={choices} value={value} onChange={set} />
    ) : (
      <TextInput key={name} {...field} value={value} onChange={(event) => set(event.currentTarget.value)} />
    );
  });
}
