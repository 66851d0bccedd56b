/** Reads curl commands, as people paste them and browsers copy them, into requests that have not been sent. Pure. */
import type { Conversation } from './conversation.ts';
import { type FormPart, formBody } from './form-body.ts';
import { shellCommands } from './shell-words.ts';
import { TransferError } from './transfer-error.ts';

export function isCurl(text: string): boolean {
  return /^\s*(?:(?:#[^\n]*|\$\s*|\w+=\S*|export [^\n]*)\s*)*(?:printf [^\n|]*\|[^\n]*\|\s*)?curl(?:\.exe)?\s/.test(
    text,
  );
}

/** Throws TransferError for what cannot be read; a text with several commands gives several requests. */
export function readCurl(text: string): Conversation[] {
  if (/\^\s*\r?\n|\^"|\^\\\^"/.test(text) && !text.includes("'")) {
    throw new TransferError(
      'This curl command is written for the Windows command prompt (with ^), which is not read here.',
      'Copy it as “cURL (bash)” instead.',
    );
  }
  const commands = shellCommands(text.replace(/^\s*\$\s+(?=curl)/gm, ''))
    .map(fromCurl)
    .filter((words) => words !== undefined);
  if (commands.length === 0)
    throw new TransferError('There is no curl command in this.', 'Paste one that begins with curl.');
  return commands.map(readCommand);
}

function fromCurl(words: string[]): string[] | undefined {
  const at = words.findIndex((word) => /(?:^|[\\/])curl(?:\.exe)?$/.test(word));
  // Only assignments and the like may stand before it.
  if (at === -1 || words.slice(0, at).some((word) => !/^\w+=|^(?:time|sudo|env|command)$/.test(word))) return undefined;
  return words.slice(at + 1);
}

type Value = (command: Command, value: string) => void;

class Command {
  url: string | undefined;
  method: string | undefined;
  readonly headers: [string, string][] = [];
  readonly data: Buffer[] = [];
  readonly form: FormPart[] = [];
  json = false;
  get = false;
  head = false;
  compressed = false;
}

const OPTIONS = new Map<string, Value>();
const FLAGS = new Map<string, (command: Command) => void>();

function option(names: string, act: Value): void {
  for (const name of names.split(' ')) OPTIONS.set(name, act);
}

function flag(names: string, act: (command: Command) => void = () => {}): void {
  for (const name of names.split(' ')) FLAGS.set(name, act);
}

option('-X --request', (command, value) => {
  command.method = value.toUpperCase();
});
option('--url', (command, value) => {
  command.url = value;
});
option('-H --header', addHeader);
option('-d --data --data-ascii', (command, value) => addData(command, value, true));
option('--data-raw', (command, value) => addData(command, value, false));
option('--data-binary', (command, value) => addData(command, value, true));
option('--data-urlencode', addEncoded);
option('--json', (command, value) => {
  command.json = true;
  refuseFile(value);
  // Several are put one behind the other.
  command.data.push(Buffer.from(value));
});
option('-u --user', (command, value) =>
  addHeader(command, `Authorization: Basic ${Buffer.from(value).toString('base64')}`),
);
option('--oauth2-bearer', (command, value) => addHeader(command, `Authorization: Bearer ${value}`));
option('-b --cookie', (command, value) => {
  if (!value.includes('=')) throw needsFile('cookies', value);
  addHeader(command, `Cookie: ${value}`);
});
option('-A --user-agent', (command, value) => addHeader(command, `User-Agent: ${value}`));
option('-e --referer', (command, value) => addHeader(command, `Referer: ${value}`));
option('-F --form', (command, value) => addFormPart(command, value, false));
option('--form-string', (command, value) => addFormPart(command, value, true));
option('-T --upload-file', (_, value) => {
  throw needsFile('what it uploads', value);
});
option('-K --config', (_, value) => {
  throw needsFile('its options', value);
});
// Options that change nothing of the request itself.
option(
  '-o --output -m --max-time --connect-timeout -x --proxy -U --proxy-user -w --write-out -c --cookie-jar --cacert --capath -E --cert --key --resolve --retry --retry-delay --retry-max-time --limit-rate --ciphers --interface -r --range -D --dump-header --max-redirs --trace --trace-ascii --stderr --unix-socket --dns-servers --proto --tls-max --http2-settings --keepalive-time -y -Y --max-filesize --noproxy --aws-sigv4 --connect-to',
  () => {},
);
flag('-G --get', (command) => {
  command.get = true;
});
flag('-I --head', (command) => {
  command.head = true;
});
flag('--compressed', (command) => {
  command.compressed = true;
});
flag(
  '-s --silent -S --show-error -v --verbose -i --include -k --insecure -L --location -f --fail --fail-with-body -N --no-buffer -g --globoff -O --remote-name -4 -6 -0 --http1.0 --http1.1 --http2 --http2-prior-knowledge --http3 --tlsv1.2 --tlsv1.3 -# --progress-bar --location-trusted --path-as-is --no-keepalive -q --disable --raw --no-progress-meter --ssl-no-revoke --tcp-nodelay --parallel -Z -j --anyauth --basic',
);

function readCommand(words: readonly string[]): Conversation {
  const command = new Command();
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--next' || word === '-:') {
      throw new TransferError('This curl command makes several requests (--next).', 'Paste them one at a time.');
    }
    if (word.startsWith('--')) takeLong(command, word, rest);
    else if (word.startsWith('-') && word !== '-') takeShort(command, word, rest);
    else command.url ??= word;
  }
  return toConversation(command);
}

function takeLong(command: Command, word: string, rest: string[]): void {
  const value = OPTIONS.get(word);
  if (value) value(command, next(word, rest));
  else if (FLAGS.has(word)) FLAGS.get(word)?.(command);
  else if (!word.startsWith('--no-')) throw unknownOption(word);
}

/** `-sSXPOST` is `-s -S -X POST`. */
function takeShort(command: Command, word: string, rest: string[]): void {
  for (let at = 1; at < word.length; at++) {
    const name = `-${word[at]}`;
    const value = OPTIONS.get(name);
    if (value) {
      value(command, at + 1 < word.length ? word.slice(at + 1) : next(name, rest));
      return;
    }
    const set = FLAGS.get(name);
    if (!set) throw unknownOption(name);
    set(command);
  }
}

function next(name: string, rest: string[]): string {
  const value = rest.shift();
  if (value === undefined)
    throw new TransferError(`The option ${name} of this curl command lacks its value.`, 'Copy the whole command.');
  return value;
}

function addHeader(command: Command, line: string): void {
  if (line.startsWith('@')) throw needsFile('headers', line.slice(1));
  const empty = /^([^:;]+);\s*$/.exec(line);
  const colon = line.indexOf(':');
  const name = (empty?.[1] ?? line.slice(0, Math.max(0, colon))).trim();
  const value = empty ? '' : line.slice(colon + 1).trim();
  // `Name:` takes a header away that curl would have sent.
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) return;
  if (!empty && value === '') command.headers.push([name, '\0']);
  else command.headers.push([name, value.replace(/[\r\n]+/g, ' ')]);
}

function addData(command: Command, value: string, mayBeFile: boolean): void {
  if (mayBeFile) refuseFile(value);
  if (command.data.length > 0) command.data.push(Buffer.from('&'));
  command.data.push(Buffer.from(value));
}

function addEncoded(command: Command, value: string): void {
  const equals = value.indexOf('=');
  const at = value.indexOf('@');
  if (at !== -1 && (equals === -1 || at < equals)) throw needsFile('its body', value.slice(at + 1));
  const name = equals > 0 ? `${value.slice(0, equals)}=` : '';
  const text = equals === -1 ? value : value.slice(equals + 1);
  addData(command, `${name}${encodeURIComponent(text)}`, false);
}

/** `name=text`, `name=@file`, `name=<file`, each with `;type=…` and `;filename=…` behind it. */
function addFormPart(command: Command, value: string, literal: boolean): void {
  const equals = value.indexOf('=');
  if (equals < 1)
    throw new TransferError(
      `The form field "${value.slice(0, 60)}" of this curl command has no name.`,
      'Write it as name=value.',
    );
  const name = value.slice(0, equals);
  const rest = value.slice(equals + 1);
  if (literal) {
    command.form.push({ name, content: Buffer.from(rest) });
    return;
  }
  const quoted = /^([@<]?)"((?:[^"\\]|\\.)*)"((?:;.*)?)$/.exec(rest);
  const plain = /^([@<]?)(.*?)((?:;\s*(?:type|filename|encoder|headers)=[^;]*)*)$/s.exec(rest);
  const [, sign = '', text = '', options = ''] = quoted ?? plain ?? [];
  const type = /;\s*type=([^;]+)/.exec(options)?.[1]?.trim();
  const given = /;\s*filename="?([^;"]+)"?/.exec(options)?.[1];
  const content = sign === '' ? Buffer.from(quoted ? text.replace(/\\(.)/g, '$1') : text) : undefined;
  const fileName = given ?? (sign === '@' ? (text.split(/[\\/]/).at(-1) ?? text) : undefined);
  command.form.push({ name, content, ...(fileName === undefined ? {} : { fileName }), ...(type ? { type } : {}) });
}

function refuseFile(value: string): void {
  if (value.startsWith('@')) throw needsFile('its body', value.slice(1));
}

function needsFile(what: string, file: string): TransferError {
  return new TransferError(
    `This curl command reads ${what} from ${file === '-' ? 'standard input' : `the file ${file.slice(0, 80)}`}, which is not part of it.`,
    'Put the text into the command itself.',
  );
}

function unknownOption(name: string): TransferError {
  return new TransferError(`The option ${name.slice(0, 40)} of this curl command is not known here.`, 'Leave it out.');
}

function toConversation(command: Command): Conversation {
  const { data, json, compressed } = command;
  if (command.url === undefined)
    throw new TransferError('This curl command names no address.', 'Copy the whole command.');
  const url = addressOf(command.url);
  if (command.form.length > 0 && data.length > 0)
    throw new TransferError('This curl command sends both a form (-F) and data (-d).', 'Leave one of them out.');
  const form = command.form.length > 0 ? formBody(command.form) : undefined;
  const body = form?.body ?? (data.length === 0 ? null : Buffer.concat(data));
  if (command.get && body)
    url.search = [url.search.slice(1), body.toString('utf8')].filter((part) => part !== '').join('&');
  const sent = command.get ? null : body;
  const method = command.method ?? (command.head ? 'HEAD' : sent ? 'POST' : 'GET');
  const removed = new Set(command.headers.filter(([, value]) => value === '\0').map(([name]) => name.toLowerCase()));
  const headers = command.headers.filter(([, value]) => value !== '\0');
  const has = (name: string) => removed.has(name) || headers.some(([candidate]) => candidate.toLowerCase() === name);
  const own: [string, string][] = [];
  if (!has('accept')) own.push(['Accept', json ? 'application/json' : '*/*']);
  if (compressed && !has('accept-encoding')) own.push(['Accept-Encoding', 'gzip, deflate, br']);
  // A form names its own boundary, whatever the command says.
  if (sent && (form || !has('content-type'))) {
    const plain = json ? 'application/json' : 'application/x-www-form-urlencoded';
    own.push(['Content-Type', form?.contentType ?? plain]);
  }
  if (!has('host')) own.unshift(['Host', url.host]);
  if (sent && form?.complete !== false) own.push(['Content-Length', String(sent.length)]);
  return {
    startedAtMs: undefined,
    method,
    url,
    httpVersion: '1.1',
    headers: [...own, ...headers.filter(([name]) => !(form && name.toLowerCase() === 'content-type'))],
    body: sent,
    ...(form?.complete === false ? { bodyComplete: false } : {}),
    remoteAddress: undefined,
    timings: {},
    answer: null,
    error: null,
  };
}

function addressOf(given: string): URL {
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `http://${given}`;
  if (!URL.canParse(address) || !/^https?:/i.test(address)) {
    throw new TransferError('The address in this curl command is not one of HTTP.', 'Write it out: https://…');
  }
  const url = new URL(address);
  url.hash = '';
  return url;
}
