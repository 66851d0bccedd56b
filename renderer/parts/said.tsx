/** A sentence of the gateway's, its `commands` in backticks set as what they are. */
export function Said({ text }: { text: string }) {
  return text.split(/(`[^`]+`)/).map((part, index) =>
    part.startsWith('`') ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have no other identity
      <code key={index} className="kw-mono">
        {part.slice(1, -1)}
      </code>
    ) : (
      part
    ),
  );
}
