/** The marked-up forms of an error: HTML pages, XML documents, event streams. Each reads a bounded text and never throws. */

export interface HtmlPage {
  readonly title: string;
  /** Visible words, tags and scripts removed. */
  readonly text: string;
}

export function looksLikeHtml(text: string): boolean {
  return /^\s{0,200}(?:<!--[^>]{0,200}-->\s{0,50})?<(?:!doctype\s+html|html|head|body|title|center|h1)\b/i.test(text);
}

export function looksLikeXml(text: string): boolean {
  return (
    /^\s{0,200}<(?:\?xml|[A-Za-z][\w:]{0,60}(?:Error|Response|Result|Fault|Envelope)?[\s>])/.test(text) &&
    !looksLikeHtml(text)
  );
}

export function looksLikeEvents(text: string): boolean {
  return /^\s{0,200}(?:(?:data|event|id|retry):|: ?[A-Z])/.test(text);
}

export function readHtml(html: string): HtmlPage {
  const title = between(html, '<title', '</title') ?? '';
  const bare = removeElements(removeElements(removeElements(html, 'script'), 'style'), 'head');
  return { title: plain(title.slice(title.indexOf('>') + 1)), text: plain(bare.replace(/<[^<>]{0,2000}>/g, ' ')) };
}

/** Leaf elements of an XML document in order: `<Code>X</Code>` becomes `['Code', 'X']`. At most 60. */
export function readXmlLeaves(xml: string): [string, string][] {
  const leaves: [string, string][] = [];
  for (const match of xml.matchAll(/<([A-Za-z][\w:.-]{0,60})(?:\s[^<>]{0,300})?>([^<]{1,4000})<\//g)) {
    leaves.push([(match[1] ?? '').replace(/^.*:/, ''), plain(match[2] ?? '')]);
    if (leaves.length === 60) break;
  }
  return leaves;
}

export interface StreamEvent {
  readonly name: string;
  readonly data: string;
}

/** Events of a stream; the first ten and the last thirty where there are more, as errors stand at the ends. */
export function readEvents(text: string): StreamEvent[] {
  const events: StreamEvent[] = [];
  let name = '';
  let data: string[] = [];
  const flush = (): void => {
    if (name !== '' || data.length > 0) events.push({ name, data: data.join('\n') });
    name = '';
    data = [];
  };
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line.startsWith('data:')) {
      // Many quoted streams have lost their blank lines: a data line after a complete one starts an event of its own.
      const previous = data.at(-1)?.trimEnd();
      if (previous !== undefined && /[}\]]$/.test(previous)) flush();
      data.push(line.slice(5).trimStart());
    } else if (line.startsWith('event:')) {
      if (data.length > 0) flush();
      name = line.slice(6).trim();
    } else if (line.trim() === '') flush();
    else if (data.length > 0 && !/^(?:id|retry):|^:/.test(line)) data.push(line);
  }
  flush();
  return events.length > 40 ? [...events.slice(0, 10), ...events.slice(-30)] : events;
}

function between(text: string, opening: string, closing: string): string | undefined {
  const lower = text.toLowerCase();
  const from = lower.indexOf(opening);
  if (from < 0) return undefined;
  const to = lower.indexOf(closing, from);
  return text.slice(from, to < 0 ? from + 300 : to);
}

/** Linear: each step goes forward from the last find. */
function removeElements(text: string, name: string): string {
  const lower = text.toLowerCase();
  const kept: string[] = [];
  let position = 0;
  for (;;) {
    const from = lower.indexOf(`<${name}`, position);
    if (from < 0) break;
    kept.push(text.slice(position, from));
    const to = lower.indexOf(`</${name}`, from);
    if (to < 0) return kept.join(' ');
    position = to + name.length + 3;
  }
  kept.push(text.slice(position));
  return kept.join(' ');
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  '#39': "'",
};

function plain(text: string): string {
  return text
    .replace(/&(amp|lt|gt|quot|apos|nbsp|#39);/g, (_, name: string) => ENTITIES[name] ?? ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
