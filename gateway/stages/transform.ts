/**
 * Edits a request on its way out, in the caller's own dialect: the app's rules first, then the route's, which have the
 * last word; what is taken out by patterns is taken out of the result. A rule that cannot be read stops the request: a
 * privacy rule that is silently left out would be worse. Pure.
 */
import type { Exchange, RawHeaders, Rule, RuleOrigin } from '../exchange.ts';
import type { Transform } from '../store/schema-transform.ts';
import type { ConfigSnapshot } from '../store/snapshot.ts';
import { editBody } from '../transform/edit-body.ts';
import { editHeader } from '../transform/edit-headers.ts';
import type { EditNote } from '../transform/edit-note.ts';
import { redactBody } from '../transform/redact-text.ts';
import { prefixSystem } from '../transform/system-prefix.ts';
import { findTopLevelMember } from './json-member.ts';
import { refuse, type StageOutcome } from './stage.ts';

interface Source {
  readonly transform: Transform;
  readonly origin: RuleOrigin;
}

const edits = new WeakMap<ConfigSnapshot, boolean>();

/** Whether any request could be edited; asked of every request, worked out once for each configuration. */
export function editsAtAll(config: ConfigSnapshot): boolean {
  let known = edits.get(config);
  if (known === undefined) {
    known = [...config.routes.values(), ...config.apps.values()].some((one) => one.transform !== undefined);
    edits.set(config, known);
  }
  return known;
}

/** Undefined where no rule concerns this exchange. Writes `edited`, and `json` and `modelSpan` of what was edited. */
export function transform(exchange: Exchange, config: ConfigSnapshot, body: Buffer): StageOutcome | undefined {
  const sources = sourcesOf(exchange, config);
  if (sources.length === 0) return undefined;
  const rule: Rule = { name: 'transform', origin: (sources.at(-1) as Source).origin };
  try {
    return edited(exchange, sources, rule, body);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown reason';
    return refuse({
      cause: 'gateway_config',
      message: 'A rule that edits requests cannot be applied, so this request was not sent.',
      ownerMessage: `A rule of ${placesOf(sources)} that edits requests cannot be applied (${reason}), so this request was not sent. Mend it: keyward transforms show.`,
      rule,
    });
  }
}

function sourcesOf({ caller, routeName }: Exchange, config: ConfigSnapshot): Source[] {
  const app = config.apps.get(caller?.appId ?? '');
  const route = config.routes.get(routeName ?? '');
  return [
    ...(app?.transform ? [{ transform: app.transform, origin: { from: 'app' as const, id: app.id } }] : []),
    ...(route?.transform ? [{ transform: route.transform, origin: { from: 'route' as const, name: route.name } }] : []),
  ];
}

function edited(exchange: Exchange, sources: readonly Source[], rule: Rule, body: Buffer): StageOutcome {
  const notes: EditNote[] = [];
  let { rawHeaders } = exchange.request;
  const before = exchange.json === undefined ? undefined : body.toString('utf8');
  let text = before;
  for (const { transform: own, origin } of sources) {
    for (const edit of own.headers) {
      const result = editHeader(rawHeaders, edit, origin);
      rawHeaders = result.headers;
      notes.push(result.note);
    }
    if (text !== undefined) text = editText(text, exchange, own, origin, notes);
  }
  for (const { transform: own, origin } of sources) {
    if (text === undefined || own.redact.length === 0) continue;
    const result = redactBody(text, own.redact, origin);
    text = result.text;
    notes.push(...result.notes);
  }
  const changed = notes.filter(({ unchanged }) => unchanged === undefined).length;
  const kept = exchange.recording === 'full' ? notes : notes.map(withoutContent);
  if (changed > 0) goOnWith(exchange, rawHeaders, text === undefined || text === before ? undefined : text, sources);
  return {
    decision: 'passed',
    summary: summaryOf(changed, notes.length, before === undefined),
    rule,
    output: { edits: kept },
  };
}

function goOnWith(exchange: Exchange, rawHeaders: RawHeaders, text: string | undefined, sources: readonly Source[]) {
  const headers = sources.flatMap(({ transform: own }) => own.headers);
  const written = headers.flatMap((edit) => (edit.do === 'remove' ? [] : [edit.do === 'rename' ? edit.to : edit.name]));
  const body = text === undefined ? undefined : Buffer.from(text, 'utf8');
  exchange.edited = { rawHeaders, body, written: new Set(written.map((name) => name.toLowerCase())) };
  if (text === undefined || body === undefined) return;
  exchange.json = JSON.parse(text);
  if (exchange.modelSpan) exchange.modelSpan = findTopLevelMember(body, 'model')[0];
}

function editText(text: string, { endpoint }: Exchange, own: Transform, origin: RuleOrigin, notes: EditNote[]): string {
  let result = text;
  for (const edit of own.body) {
    const step = editBody(result, edit, origin);
    result = step.text;
    notes.push(step.note);
  }
  if (own.systemPrefix !== undefined && endpoint) {
    const step = prefixSystem(result, endpoint.dialect, own.systemPrefix, origin);
    result = step.text;
    notes.push(step.note);
  }
  return result;
}

/** Where bodies are not recorded, neither are pieces of them. */
function withoutContent({ before: _before, after: _after, ...note }: EditNote): EditNote {
  return note;
}

function summaryOf(changed: number, rules: number, headersOnly: boolean): string {
  const edits = `${changed} of ${rules} ${rules === 1 ? 'edit' : 'edits'} changed the request`;
  return headersOnly ? `${edits}; its body is not read here, so its headers alone are edited.` : `${edits}.`;
}

function placesOf(sources: readonly Source[]): string {
  return sources.map(({ origin }) => (origin.from === 'route' ? `route "${origin.name}"` : 'this app')).join(' or of ');
}
