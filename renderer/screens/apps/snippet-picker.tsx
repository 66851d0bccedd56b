import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { queries } from '../../api.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { toProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import classes from './apps.module.css';

/** What to paste where, for the chosen program; with the gateway key put in where there is one. */
export function SnippetPicker(props: {
  program: string | undefined;
  onProgram: (id: string) => void;
  gatewayKey?: string;
}) {
  const w = words.apps;
  const snippets = useQuery(queries.connect.snippets.queryOptions());
  const chosen = snippets.data?.find((snippet) => snippet.id === props.program) ?? snippets.data?.[0];
  if (snippets.error)
    return <ProblemNote problem={toProblem(snippets.error)} onRetry={() => void snippets.refetch()} />;
  if (!chosen) return null;
  const text = props.gatewayKey ? chosen.text.replaceAll(/\bKEY\b/g, props.gatewayKey) : chosen.text;
  return (
    <div className={classes.snippet}>
      <Select
        label={w.program}
        searchable
        allowDeselect={false}
        value={chosen.id}
        onChange={(id) => id && props.onProgram(id)}
        data={(snippets.data ?? []).map((snippet) => ({ value: snippet.id, label: snippet.program }))}
      />
      <p>{chosen.sentence}</p>
      <div className={classes.snippetText}>
        <pre className="kw-code">{text}</pre>
        <CopyButton text={text} />
      </div>
    </div>
  );
}
