import { words } from '../../words/words.ts';
import { redactionSpans } from './redaction-marker.ts';

/** Text with each redaction marker shown as a chip that says what stood there. */
export function WithRedactions({ text }: { text: string }) {
  const spans = redactionSpans(text);
  if (spans.length === 0) return text;
  const parts = [];
  let at = 0;
  for (const span of spans) {
    parts.push(text.slice(at, span.from));
    parts.push(
      <span key={span.from} className="kw-chip">
        {words.capture.message.redacted(span.kind, span.length, span.lastFour)}
      </span>,
    );
    at = span.to;
  }
  parts.push(text.slice(at));
  return <>{parts}</>;
}
