/** Values of options, made of what was typed; each throws exit code 2 with a sentence. */
import { parseDuration } from '../../store/duration.ts';
import { usage } from '../cli-error.ts';

/** Repeatable, and comma-separated in one. */
export function collectWords(value: string, previous: string[] = []): string[] {
  return [
    ...previous,
    ...value
      .split(',')
      .map((word) => word.trim())
      .filter(Boolean),
  ];
}

/** Repeatable; each kept as it is. */
export function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}

/** Repeatable `NAME=VALUE`. */
export function collectSettings(value: string, previous: Record<string, string> = {}): Record<string, string> {
  const at = value.indexOf('=');
  if (at < 1) throw usage('--set wants NAME=VALUE.', 'For example --set resource=my-resource');
  return { ...previous, [value.slice(0, at).trim()]: value.slice(at + 1) };
}

/** Repeatable `Name: value`. */
export function collectHeaders(value: string, previous: Record<string, string> = {}): Record<string, string> {
  const at = value.indexOf(':');
  if (at < 1) throw usage("--header wants 'Name: value'.", "For example --header 'OpenAI-Organization: org-123'");
  return { ...previous, [value.slice(0, at).trim()]: value.slice(at + 1).trim() };
}

export function port(value: string): number {
  const number = Number(value);
  if (/^\d{1,5}$/.test(value) && number <= 65_535) return number;
  throw usage(`"${value.slice(0, 20)}" is no port.`, 'Give a number from 1 to 65535, or 0 for a free one.');
}

export function count(value: string): number {
  const number = Number(value);
  if (/^\d{1,15}$/.test(value) && number > 0) return number;
  throw usage(`"${value.slice(0, 20)}" is not a whole number above 0.`, 'Write it in digits alone, such as 60.');
}

export function wholeNumber(value: string): number {
  if (/^\d{1,6}$/.test(value)) return Number(value);
  throw usage(`"${value.slice(0, 20)}" is not a whole number.`, 'Write it in digits alone, such as 2.');
}

export function money(value: string): number {
  const number = Number(value);
  if (/^\d{1,12}(\.\d{1,6})?$/.test(value) && number > 0) return number;
  throw usage(`"${value.slice(0, 20)}" is no amount of money.`, 'Write dollars, such as 5 or 2.50.');
}

export function milliseconds(value: string): number {
  const ms = parseDuration(value);
  if (ms !== undefined) return ms;
  throw usage(`"${value.slice(0, 20)}" is no duration.`, 'Write 90s, 15m, 12h or 30d.');
}
