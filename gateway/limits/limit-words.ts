/** Limits in plain words: for the app that was refused, for steps and listings. Pure. */
import {
  isBudget,
  isSpent,
  type LimitName,
  type LimitReading,
  neverFits,
  retryAfterSeconds,
  type SubjectKind,
} from './reading.ts';

const OF: Readonly<Record<SubjectKind, string>> = {
  'gateway-key': 'gateway key',
  app: 'app',
  route: 'route',
  'provider-key': 'provider key',
};

/** `gateway key "laptop"`, `app "notes"`. */
export function subjectWords({ of, id, name }: Pick<LimitReading, 'of' | 'id' | 'name'>): string {
  return `${OF[of]} ${name === '' ? id : `"${name}"`}`;
}

/** `60 requests a minute`, `$5 a day`. */
export function limitWords(limit: LimitName, allowed: number): string {
  switch (limit) {
    case 'rpm':
      return `${count(allowed)} ${allowed === 1 ? 'request' : 'requests'} a minute`;
    case 'tpm':
      return `${count(allowed)} ${allowed === 1 ? 'token' : 'tokens'} a minute`;
    case 'concurrency':
      return `${count(allowed)} ${allowed === 1 ? 'request' : 'requests'} at once`;
    case 'budgetDayUsd':
      return `${money(allowed)} a day`;
    case 'budgetMonthUsd':
      return `${money(allowed)} a month`;
  }
}

/** What the refused app is told: the limit, what is used of it, and when it passes. */
export function refusalSentence(reading: LimitReading, readings: readonly LimitReading[]): string {
  const { limit, allowed, used, held, asked } = reading;
  const whose = subjectWords(reading);
  const limited = `the limit of ${limitWords(limit, allowed)} on ${whose}`;
  if (neverFits(reading)) {
    return `This request alone may take ${count(asked)} tokens, more than ${limited} allows: ask for less output (max_tokens), or have the limit raised.`;
  }
  if (isSpent(reading)) {
    const period = limit === 'budgetDayUsd' ? 'day' : 'month';
    return `The budget of ${limitWords(limit, allowed)} on ${whose} is used up (${money(used)} spent); it begins anew ${periodStart(period, reading.resetMs)}.`;
  }
  if (isBudget(limit)) {
    return `What is left of the budget of ${limitWords(limit, allowed)} on ${whose} is held by requests under way (${money(used)} spent, ${money(held)} held); ask again when they are over.`;
  }
  const seconds = retryAfterSeconds(readings) ?? 1;
  const again = `ask again in ${seconds === 1 ? 'a second' : `${seconds} seconds`}`;
  switch (limit) {
    case 'rpm':
      return `${capital(limited)} is reached: ${count(used)} of ${count(allowed)} used in the last minute; ${again}.`;
    case 'tpm':
      return `${capital(limited)} is reached: ${count(used)} used in the last minute${held > 0 ? ` and ${count(held)} held by requests under way` : ''}, and this request may take ${count(asked)}; ${again}${reading.waitMs === null ? ' or when those are over' : ''}.`;
    case 'concurrency':
      return `${capital(limited)} is reached: ${count(used)} of ${count(allowed)} ${used === 1 ? 'is' : 'are'} under way; ask again when one of them is over.`;
  }
}

/** What would have let it pass, for the owner. */
export function wouldPass(reading: LimitReading): string {
  const { limit, used, held, asked, waitMs } = reading;
  const more = isBudget(limit) ? `more than ${money(used + held)}` : `${count(used + held + asked)} or more`;
  const raised = `a limit of ${more}`;
  if (neverFits(reading)) return `${raised}, or a smaller request`;
  if (isSpent(reading)) return `${raised}, or waiting until the budget begins anew`;
  return waitMs === null || waitMs === undefined
    ? `${raised}, or waiting for a request under way to end`
    : `${raised}, or waiting ${Math.ceil(waitMs / 1000)} s`;
}

/** `3 of 60 requests a minute`, `$4.20 of $5 a day`. */
export function usedWords({ limit, used, held, asked, allowed }: LimitReading): string {
  if (isBudget(limit)) return `${money(used)} of ${limitWords(limit, allowed)}`;
  return `${count(used + held + asked)} of ${limitWords(limit, allowed)}`;
}

/** Cents are enough for a budget's size, not for what single requests cost. */
export function money(usd: number): string {
  if (usd === 0) return '$0';
  const digits = usd >= 1 ? 2 : Math.min(9, 2 - Math.floor(Math.log10(usd)));
  return `$${usd
    .toFixed(digits)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '')}`;
}

function count(amount: number): string {
  return amount.toLocaleString('en-US');
}

function periodStart(period: 'day' | 'month', resetMs: number): string {
  const minutes = Math.ceil(resetMs / 60_000);
  if (minutes < 60) return `at midnight, in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}`;
  const hours = Math.ceil(resetMs / 3_600_000);
  if (period === 'day' || hours <= 24) return `at midnight, in ${hours === 1 ? 'an hour' : `${hours} hours`}`;
  const days = Math.ceil(hours / 24);
  return `with the next month, in ${days} days`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
