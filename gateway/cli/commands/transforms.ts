import type { Command } from 'commander';
import type { BodyEdit, HeaderEdit, RedactionRule, Transform } from '../../control/contract/index.ts';
import type { TransformRow } from '../../control/contract/transforms.ts';
import { usage } from '../cli-error.ts';
import { handle } from '../command.ts';
import { oneLine } from '../table.ts';
import { collect } from './options.ts';

interface Of {
  readonly route?: string;
  readonly app?: string;
}

interface SetOptions extends Of {
  readonly setHeader?: string[];
  readonly defaultHeader?: string[];
  readonly removeHeader?: string[];
  readonly renameHeader?: string[];
  readonly setBody?: string[];
  readonly defaultBody?: string[];
  readonly removeBody?: string[];
  readonly renameBody?: string[];
  readonly systemPrefix?: string;
  readonly redact?: string[];
  readonly model?: string[];
}

export function addTransformCommands(program: Command): void {
  const transforms = program
    .command('transforms')
    .description('edits of requests on their way out, by route and by app');
  transforms
    .command('show')
    .description('all edits, in the order in which they are made')
    .action(
      handle(async ({ out, session }) => {
        const rows = await (await session()).client.transforms.list();
        if (rows.length === 0) {
          out.value(
            rows,
            () => "No edits yet. Make some: keyward transforms set --route NAME --set-body '/temperature=0'",
          );
          return;
        }
        out.value(rows, () => rows.map(describe).join('\n'));
      }),
    );
  transforms
    .command('set')
    .description('replace the edits of a route or an app with these')
    .option('--route <name>', 'the route whose requests are edited')
    .option('--app <app>', 'the app whose requests are edited (name or id); before those of a route')
    .option('--set-header <header>', "'Name: value'", collect)
    .option('--default-header <header>', "'Name: value', where the app sends none", collect)
    .option('--remove-header <name>', 'a header', collect)
    .option('--rename-header <names>', 'OLD=NEW', collect)
    .option('--set-body <edit>', '/pointer=JSON, such as /temperature=0', collect)
    .option('--default-body <edit>', '/pointer=JSON, where the app sends none', collect)
    .option('--remove-body <pointer>', '/pointer', collect)
    .option('--rename-body <edit>', '/pointer=NAME, within the same object', collect)
    .option('--system-prefix <text>', 'put before the system prompt, in any dialect')
    .option('--redact <rule>', "a pattern (RE2), or 'PATTERN=>STAND-IN', taken out of all texts", collect)
    .option('--model <names>', 'of an app: ASKED=OTHER, a model to ask in place of the one it names', collect)
    .action(
      handle<SetOptions, []>(async ({ out, session }, options) => {
        const { client } = await session(true);
        const row = await client.transforms.set({
          ...whose(options),
          transform: transformOf(options),
          ...(options.model ? { models: Object.fromEntries(options.model.map((text) => pair(text, '--model'))) } : {}),
        });
        out.value(row, () => describe(row));
      }),
    );
  transforms
    .command('clear')
    .description('take all edits of a route or an app away')
    .option('--route <name>', 'the route')
    .option('--app <app>', 'the app (name or id)')
    .action(
      handle<Of, []>(async ({ out, session }, options) => {
        const { of, id } = whose(options);
        const { client } = await session();
        const row = await client.transforms.set({ of, id, transform: null, ...(of === 'app' ? { models: null } : {}) });
        out.value(row, () => `The requests of ${of} "${row.name}" go out as they come.`);
      }),
    );
}

function whose({ route, app }: Of): { of: 'route' | 'app'; id: string } {
  if (route !== undefined && app === undefined) return { of: 'route', id: route };
  if (app !== undefined && route === undefined) return { of: 'app', id: app };
  throw usage('Say whose requests are edited.', 'Give --route NAME or --app APP, one of them.');
}

function transformOf(options: SetOptions): Transform {
  const { setHeader = [], defaultHeader = [], removeHeader = [], renameHeader = [] } = options;
  const { setBody = [], defaultBody = [], removeBody = [], renameBody = [], redact = [] } = options;
  const headers: HeaderEdit[] = [
    ...renameHeader.map((text) => renamed(pair(text, '--rename-header'))),
    ...removeHeader.map((name) => ({ do: 'remove' as const, name })),
    ...defaultHeader.map((text) => ({ do: 'default' as const, ...headerLine(text) })),
    ...setHeader.map((text) => ({ do: 'set' as const, ...headerLine(text) })),
  ];
  const body: BodyEdit[] = [
    ...renameBody.map((text) => bodyRename(pair(pointed(text, '--rename-body'), '--rename-body'))),
    ...removeBody.map((text) => ({ do: 'remove' as const, path: pointed(text, '--remove-body') })),
    ...defaultBody.map((text) => ({
      do: 'default' as const,
      ...bodyValue(pair(pointed(text, '--default-body'), '--default-body')),
    })),
    ...setBody.map((text) => ({ do: 'set' as const, ...bodyValue(pair(pointed(text, '--set-body'), '--set-body')) })),
  ];
  return {
    headers,
    body,
    ...(options.systemPrefix === undefined ? {} : { systemPrefix: options.systemPrefix }),
    redact: redact.map(redaction),
  };
}

function pair(text: string, option: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw usage(`${option} wants two parts with = between them.`, 'See: keyward transforms set --help');
  return [text.slice(0, at), text.slice(at + 1)];
}

/** Where in the body is said as a JSON pointer (RFC 6901), which begins with a slash. */
function pointed(text: string, option: string): string {
  if (text.startsWith('/')) return text;
  const [path = '', ...rest] = text.split('=');
  throw usage(
    `"${path.slice(0, 60)}" does not say where in the body: a place begins with a slash.`,
    `Write ${option} '/${[path.replaceAll('.', '/'), ...rest].join('=').slice(0, 120)}'`,
  );
}

function renamed([name, to]: [string, string]): HeaderEdit {
  return { do: 'rename', name, to };
}

function bodyRename([path, to]: [string, string]): BodyEdit {
  return { do: 'rename', path, to };
}

/** JSON, or a text where it is none. */
function bodyValue([path, text]: [string, string]): { path: string; value: string | number | boolean | null } {
  try {
    return { path, value: JSON.parse(text) };
  } catch {
    return { path, value: text };
  }
}

function headerLine(text: string): { name: string; value: string } {
  const at = text.indexOf(':');
  if (at < 1) throw usage("A header is written 'Name: value'.", "For example --set-header 'anthropic-beta: x'");
  return { name: text.slice(0, at).trim(), value: text.slice(at + 1).trim() };
}

function redaction(text: string): RedactionRule {
  const at = text.lastIndexOf('=>');
  return at < 1 ? { pattern: text, with: '[removed]' } : { pattern: text.slice(0, at), with: text.slice(at + 2) };
}

function describe({ of, name, transform, models }: TransformRow): string {
  const { headers = [], body = [], redact = [], systemPrefix } = transform ?? {};
  const lines = [
    ...Object.entries(models ?? {}).map(([asked, other]) => `model ${asked} is asked as ${other}`),
    ...headers.map((edit) => `${edit.do} header ${edit.name.toLowerCase()}${ending(edit)}`),
    ...body.map((edit) => `${edit.do} ${edit.path}${ending(edit)}`),
    ...(systemPrefix === undefined
      ? []
      : [`begin the system prompt with ${JSON.stringify(systemPrefix.slice(0, 100))}`]),
    ...redact.map(({ pattern, with: standIn }) => `take out ${pattern}, leave ${standIn}`),
  ];
  return [
    `${of} "${name}"`,
    ...(lines.length === 0 ? ['nothing is edited'] : lines).map((line) => `  ${oneLine(line)}`),
  ].join('\n');
}

function ending(edit: HeaderEdit | BodyEdit): string {
  if (edit.do === 'remove') return '';
  if (edit.do === 'rename') return ` to ${edit.to}`;
  return ` = ${'name' in edit ? edit.value : JSON.stringify(edit.value).slice(0, 200)}`;
}
