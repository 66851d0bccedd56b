import { type Command, Option } from 'commander';
import type { Usage, UsageGroup, UsageStep, WeatherRow } from '../../control/contract/index.ts';
import { handle } from '../command.ts';
import type { Output } from '../output.ts';
import { duration, localTime } from '../words.ts';

interface UsageOptions {
  readonly by: UsageGroup;
  readonly since: string;
  readonly until?: string;
  readonly step?: UsageStep;
  readonly practice?: boolean;
  readonly app?: string;
  readonly provider?: string;
  readonly model?: string;
}

type UsageRow = Usage['rows'][number];

export function addUsageCommands(program: Command): void {
  program
    .command('usage')
    .description('requests, failures, tokens, time and money, from statistics that outlive the captures')
    .addOption(
      new Option('--by <group>', 'what to count by')
        .choices(['app', 'provider', 'model', 'key', 'gateway-key', 'cause'])
        .default('app'),
    )
    .option('--since <when>', 'since then: 24h, 7d, 2026-11-24', '24h')
    .option('--until <when>', 'up to then (default: now)')
    .addOption(
      new Option('--step <step>', 'with --json: how long each of its buckets is').choices([
        'minute',
        'hour',
        'day',
        'week',
        'month',
      ]),
    )
    .option('--app <app>', 'only this app (name or id)')
    .option('--provider <id>', 'only this provider')
    .option('--model <model>', 'only this model')
    .option('--practice', 'count practice requests as well')
    .action(
      handle<UsageOptions, []>(async ({ out, session }, options) => {
        const by = (options.by as string) === 'gateway-key' ? 'gatewayKey' : options.by;
        const usage = await (await session()).client.usage.get({ ...options, by });
        out.value(usage, () => usageText(usage));
        if (!out.json) out.list(usage.rows, columns(by), 'Nothing went through the gateway in that time.');
        if (!out.json) for (const line of remarks(usage)) out.say(line);
      }),
    );
  program
    .command('weather')
    .description('how each provider, and each of its keys, did lately for your apps')
    .action(
      handle(async ({ out, session }) => {
        const rows = await (await session()).client.usage.weather();
        out.list(rows, weatherColumns(out), 'No provider is set up yet, and nothing was sent to one.');
      }),
    );
}

function usageText({ since, until, total }: Usage): string {
  const { requests, failures, tokens, durationMs } = total;
  const share = requests === 0 ? '' : ` (${percent(failures / requests)} failed)`;
  const took = durationMs
    ? `, half of them within ${duration(durationMs.p50)}, 95 % within ${duration(durationMs.p95)}`
    : '';
  return [
    `${localTime(since)} – ${localTime(until)}`,
    `${count(requests)} requests${share}${took}`,
    [`${count(tokens.input)} tokens in`, `${count(tokens.output)} out`, money(total)].filter(Boolean).join(', '),
    '',
  ].join('\n');
}

function columns(by: UsageGroup) {
  return [
    { title: by.toUpperCase(), text: (row: UsageRow) => row.name },
    { title: 'REQUESTS', text: (row: UsageRow) => count(row.requests), align: 'right' as const },
    { title: 'FAILED', text: (row: UsageRow) => (row.failures ? count(row.failures) : ''), align: 'right' as const },
    { title: 'P50', text: (row: UsageRow) => duration(row.durationMs?.p50), align: 'right' as const },
    { title: 'P95', text: (row: UsageRow) => duration(row.durationMs?.p95), align: 'right' as const },
    {
      title: 'TOKENS IN',
      text: (row: UsageRow) => (row.tokens.input ? count(row.tokens.input) : ''),
      align: 'right' as const,
    },
    {
      title: 'OUT',
      text: (row: UsageRow) => (row.tokens.output ? count(row.tokens.output) : ''),
      align: 'right' as const,
    },
    { title: 'COST', text: (row: UsageRow) => (row.practice ? 'practice' : money(row)) },
  ];
}

function remarks({ total, causes, practiceRequests, own }: Usage): string[] {
  const lines: string[] = [];
  if (causes.length > 0)
    lines.push(`Failed: ${causes.map(({ cause, count: of }) => `${cause} ${count(of)}`).join(', ')}`);
  if (total.estimatedUsd > 0) lines.push('≈ is an estimate: worked out from list prices, not billed by the provider.');
  if (total.unpriced > 0) lines.push(`${count(total.unpriced)} requests have no known price and are not in the cost.`);
  if (practiceRequests > 0) lines.push(`Practice: ${count(practiceRequests)} requests, which cost nothing.`);
  if (own.requests > 0)
    lines.push(
      `Your own replays and checks: ${count(own.requests)} requests${own.costUsd ? `, ≈ ${dollars(own.costUsd)}` : ''}.`,
    );
  return lines.length > 0 ? ['', ...lines] : [];
}

export function weatherColumns({ paint }: Pick<Output, 'paint'>) {
  const state = (text: string, row: WeatherRow) =>
    row.state === 'failing' ? paint.red(text) : row.state === 'troubled' ? paint.yellow(text) : text;
  return [
    {
      title: 'PROVIDER',
      text: (row: WeatherRow) => (row.key ? `  ${row.key.label || `…${row.key.lastFour}`}` : row.name),
    },
    { title: 'STATE', text: (row: WeatherRow) => row.state, paint: state },
    ...(['15m', '1h', '24h'] as const).map((window) => ({
      title: window.toUpperCase(),
      text: (row: WeatherRow) => {
        const share = row.windows.find((one) => one.window === window)?.share;
        return share === null || share === undefined ? '' : percent(share);
      },
      align: 'right' as const,
    })),
    { title: 'P50', text: (row: WeatherRow) => duration(row.windows.at(-1)?.p50Ms), align: 'right' as const },
    { title: 'P95', text: (row: WeatherRow) => duration(row.windows.at(-1)?.p95Ms), align: 'right' as const },
    { title: '', text: (row: WeatherRow) => row.sentence },
  ];
}

function percent(share: number): string {
  if (share > 0.999 && share < 1) return '99.9 %';
  return `${Number((share * 100).toFixed(1))} %`;
}

function count(number: number): string {
  return number.toLocaleString('en');
}

function money({ costUsd, estimatedUsd }: Pick<UsageRow, 'costUsd' | 'estimatedUsd'>): string {
  return costUsd === 0 ? '' : `${estimatedUsd > 0 ? '≈ ' : ''}${dollars(costUsd)}`;
}

function dollars(usd: number): string {
  return `$${usd.toFixed(usd < 0.01 ? 6 : 2)}`;
}
