/** A request being edited, and the edits that make it of the recorded one. Pure. */
import type { Capture } from '../../../gateway/control/contract/index.ts';
import type { Edit } from '../../../gateway/control/contract/replay.ts';
import { redactionSpans } from '../capture/redaction-marker.ts';
import { bodyEdits } from './json-edits.ts';

type Request = Capture['request'];

export interface DraftHeader {
  readonly name: string;
  readonly value: string;
  /** A secret stood here; it is chosen as a key, never typed. */
  readonly credential: boolean;
}

export interface Draft {
  readonly method: string;
  readonly url: string;
  /** Empty: as recorded. */
  readonly model: string;
  readonly key: string;
  readonly gatewayKey: string;
  readonly headers: readonly DraftHeader[];
  readonly body: string;
}

/** These follow from the message and the connection: no use in editing them. */
const OWN = /^(?:content-length|transfer-encoding|connection)$/i;

const isMessagePart = (path: string) =>
  path === 'method' || path === 'url' || path === 'body' || path.startsWith('header.') || path.startsWith('/');
const isChoice = (path: string) => path === 'model' || path === 'key' || path === 'gateway-key';

/** The edits that show in the message itself; the others choose something beside it. */
export const messageEdits = (edits: readonly Edit[]) => edits.filter((edit) => isMessagePart(edit.path));

/** `request` is the recorded one with the message edits in it. */
export function draftOf(request: Request, edits: readonly Edit[]): Draft {
  const choice = (path: string) => {
    const value = edits.find((edit) => edit.path === path)?.value;
    return typeof value === 'string' ? value : '';
  };
  return {
    method: request.method,
    url: request.url,
    model: choice('model'),
    key: choice('key'),
    gatewayKey: choice('gateway-key'),
    headers: request.headers
      .filter(([name]) => !OWN.test(name))
      .map(([name, value]) => ({
        name,
        value,
        credential: redactionSpans(value).length > 0,
      })),
    body: readable(request.body.text ?? ''),
  };
}

/** The edits that turn the recorded request into the draft; those that no field shows are kept as they are. */
export function editsOf(recorded: Request, draft: Draft, before: readonly Edit[]): Edit[] {
  const kept = before.filter((edit) => !isMessagePart(edit.path) && !isChoice(edit.path));
  const choices = (
    [
      ['model', draft.model.trim()],
      ['key', draft.key],
      ['gateway-key', draft.gatewayKey],
    ] as const
  ).flatMap(([path, value]): Edit[] => (value ? [{ path, value }] : []));
  return [
    ...kept,
    ...(draft.method.trim() !== recorded.method ? [{ path: 'method', value: draft.method.trim() }] : []),
    ...(draft.url.trim() !== recorded.url ? [{ path: 'url', value: draft.url.trim() }] : []),
    ...choices,
    ...headerEdits(recorded.headers, draft.headers),
    ...(recorded.body.text === undefined && draft.body === ''
      ? []
      : readable(recorded.body.text ?? '') === draft.body
        ? []
        : bodyEdits(recorded.body.text ?? '', draft.body)),
  ];
}

function headerEdits(recorded: Request['headers'], draft: readonly DraftHeader[]): Edit[] {
  const byName = (list: readonly (readonly [string, string])[]) => {
    const values = new Map<string, string[]>();
    for (const [name, value] of list) {
      const key = name.trim().toLowerCase();
      if (key) values.set(key, [...(values.get(key) ?? []), value]);
    }
    return values;
  };
  const old = byName(recorded);
  const now = byName(draft.map((header) => [header.name, header.value] as const));
  const edits: Edit[] = [];
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    if (OWN.test(name) && !now.has(name)) continue;
    const values = now.get(name);
    if (!values) edits.push({ path: `header.${name}`, value: undefined });
    else if (values.join('\n') !== old.get(name)?.join('\n'))
      edits.push({ path: `header.${name}`, value: values.join(', ') });
  }
  return edits;
}

/** JSON laid out to be read; anything else as it is. */
export function readable(text: string): string {
  if (!/^\s*[{[]/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
