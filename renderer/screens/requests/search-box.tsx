import { ActionIcon, Combobox, TextInput, Tooltip, useCombobox } from '@mantine/core';
import { IconSearch, IconX } from '@tabler/icons-react';
import { useRouterState } from '@tanstack/react-router';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { useActionHandlers } from '../../shell/actions-provider.tsx';
import { words } from '../../words/words.ts';
import classes from './requests.module.css';
import { completeSearch, type Suggestion, type Vocabulary } from './search-completion.ts';
import { type Fault, parseSearch } from './search-grammar.ts';

const SETTLE_MS = 180;

/** One box, a grammar, completion of fields and values; searches as one types. */
export function SearchBox(props: { value: string; onSearch: (text: string) => void; vocabulary: Vocabulary }) {
  const [text, setText] = useState(props.value);
  const [caret, setCaret] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const hash = useRouterState({ select: (state) => state.location.hash });
  const sent = useRef(props.value);
  const w = words.requests;

  useActionHandlers({
    search: () => {
      input.current?.focus();
      input.current?.select();
    },
  });
  useEffect(() => {
    if (hash === 'search') input.current?.focus();
  }, [hash]);
  // The address changed without us (back, a link): show what it says.
  useEffect(() => {
    if (props.value === sent.current) return;
    sent.current = props.value;
    setText(props.value);
  }, [props.value]);
  useEffect(() => {
    if (text.trim() === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text.trim();
      props.onSearch(text.trim());
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text, props.onSearch]);

  const suggestions = useMemo(() => completeSearch(text, caret, props.vocabulary), [text, caret, props.vocabulary]);
  const faults = useMemo(() => parseSearch(text, Date.now()).faults.filter((fault) => fault.kind !== 'empty'), [text]);

  const take = (suggestion: Suggestion) => {
    const complete = !suggestion.insert.endsWith(':');
    const before = `${text.slice(0, suggestion.start)}${suggestion.insert}${complete ? ' ' : ''}`;
    setText(`${before}${text.slice(suggestion.end).trimStart()}`);
    setCaret(before.length);
    requestAnimationFrame(() => input.current?.setSelectionRange(before.length, before.length));
    if (complete) combobox.closeDropdown();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    if (combobox.dropdownOpened) combobox.closeDropdown();
    else if (text !== '') setText('');
    else input.current?.blur();
    event.preventDefault();
  };

  return (
    <search className={classes.search}>
      <Combobox
        store={combobox}
        width={380}
        position="bottom-start"
        onOptionSubmit={(value) => {
          const suggestion = suggestions[Number(value)];
          if (suggestion) take(suggestion);
        }}
      >
        <Combobox.Target>
          <TextInput
            ref={input}
            size="xs"
            aria-label={w.search}
            placeholder={w.placeholder}
            value={text}
            autoComplete="off"
            leftSection={<IconSearch size={15} aria-hidden />}
            rightSection={
              text === '' ? null : (
                <Tooltip label={w.clear}>
                  <ActionIcon size="sm" aria-label={w.clear} onClick={() => setText('')}>
                    <IconX size={14} aria-hidden />
                  </ActionIcon>
                </Tooltip>
              )
            }
            onChange={(event) => {
              setText(event.currentTarget.value);
              setCaret(event.currentTarget.selectionStart ?? event.currentTarget.value.length);
              combobox.openDropdown();
              combobox.resetSelectedOption();
            }}
            onSelect={(event) => setCaret(event.currentTarget.selectionStart ?? 0)}
            onClick={() => combobox.openDropdown()}
            onBlur={() => combobox.closeDropdown()}
            onKeyDown={onKeyDown}
          />
        </Combobox.Target>
        <Combobox.Dropdown hidden={suggestions.length === 0}>
          <Combobox.Options mah={300} style={{ overflowY: 'auto' }}>
            {suggestions.map((suggestion, index) => (
              <Combobox.Option value={String(index)} key={suggestion.insert}>
                <span className={classes.suggestion}>
                  <span className="kw-mono">{suggestion.insert}</span>
                  <span className="kw-dim kw-clip">{explained(suggestion)}</span>
                </span>
              </Combobox.Option>
            ))}
          </Combobox.Options>
        </Combobox.Dropdown>
      </Combobox>
      {faults.length > 0 && !(combobox.dropdownOpened && suggestions.length > 0) && (
        <p className={classes.faults} role="status">
          {faults.map(faultSentence).join(' ')}
        </p>
      )}
    </search>
  );
}

function explained(suggestion: Suggestion): string {
  const cause = suggestion.of === 'cause' ? suggestion.insert.slice('cause:'.length) : '';
  return (words.causes as Record<string, string>)[cause] ?? words.requests.help[suggestion.of];
}

function faultSentence(fault: Fault): string {
  const f = words.requests.faults;
  return fault.kind === 'contradiction' ? f.contradiction : f[fault.kind](fault.value);
}
