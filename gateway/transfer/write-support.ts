/**
 * What a provider's support asks for, as one readable text: which request, when, what was sent and answered, what was
 * ruled out and how. Pure.
 */
import type { Capture, RecordedAttempt, RecordedBody } from '../captures/capture.ts';
import type { Explanation, LadderCheck } from '../diagnosis/explanation.ts';
import { nameServices, parseAddress } from '../diagnosis/facts-of-record.ts';

const LONGEST_BODY_CHARACTERS = 20_000;
const REQUEST_ID =
  /^(?:x-)?(?:request-id|amzn-requestid|ms-request-id|goog-request-id|log-?id|trace-id|correlation-id)$|^(?:apim-request-id|cf-ray|x-amz-request-id|x-amz-cf-id|x-goog-trace|x-cloud-trace-context)$/i;

/** The rungs that speak of the provider's side, as statements. */
const STATEMENTS: Readonly<Record<LadderCheck, string>> = {
  arrived: 'The request reached our gateway in good form',
  identified: 'The app that sent it is known to our gateway',
  permitted: 'Our gateway permits it',
  cached: 'No cache of ours answered',
  routed: 'A target with a key was chosen',
  translated: 'Nothing was lost in translation',
  reached: 'Your address was reached',
  key_accepted: 'The key was accepted',
  request_accepted: 'The request was accepted',
  capacity: 'There was capacity and credit',
  answer_whole: 'The answer came back whole',
};
const NOT_RUN = 'not-run';

export function writeSupport(capture: Capture, explanation: Explanation | null): string {
  const attempts = capture.attemptList;
  const sections = [
    `# ${explanation?.title ?? capture.message}`,
    facts(capture),
    ...(attempts.length > 0 ? attempts.map((attempt) => attemptSection(capture, attempt)) : [ownSection(capture)]),
    ...(explanation ? [checks(explanation)] : []),
    'Secrets were removed from this text before it was written; a marker tells what stood there, how long it was and, where that is safe, its last four characters.',
  ];
  return `${sections.join('\n\n')}\n`;
}

function facts(capture: Capture): string {
  const attempt = capture.attemptList.at(-1);
  const provider = attempt && nameServices(attempt.provider, parseAddress(attempt.url, undefined).host).providerName;
  const ids = capture.attemptList.flatMap(requestIds);
  const rows: [string, string | null | undefined][] = [
    ['Request ID', ids.join(', ') || 'none in the answer'],
    ['Provider', provider],
    ['Endpoint', attempt ? `${attempt.method} ${attempt.url}` : `${capture.method} ${capture.request.url}`],
    ['Model', attempt?.model ?? capture.askedModel],
    [
      'Status',
      attempt?.status === undefined
        ? (attempt?.outcome?.errorCode ?? capture.status?.toString())
        : String(attempt.status),
    ],
    ['Sent', moment(capture, attempt?.timings.startMs ?? 0)],
    [
      'First byte of the answer',
      attempt?.timings.firstByteMs === undefined ? null : moment(capture, attempt.timings.firstByteMs),
    ],
    ['End', attempt?.timings.endMs === undefined ? null : moment(capture, attempt.timings.endMs)],
    ['Key', attempt?.key ? `…${attempt.key.lastFour} (version ${attempt.key.version} here)` : null],
    ['Address of the server', attempt?.remoteAddress],
    ['Our reference', capture.id],
  ];
  return rows
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => `- **${name}**: ${oneLine(value as string)}`)
    .join('\n');
}

function requestIds(attempt: RecordedAttempt): string[] {
  const ids = (attempt.responseHeaders ?? [])
    .filter(([name]) => REQUEST_ID.test(name))
    .map(([name, value]) => `${value} (${name})`);
  const told = /"(?:request_id|requestId|request-id)"\s*:\s*"([\w.:-]{4,100})"/.exec(
    attempt.responseBody?.text ?? '',
  )?.[1];
  return told !== undefined && !ids.some((id) => id.startsWith(told)) ? [...ids, `${told} (in the body)`] : ids;
}

function attemptSection(capture: Capture, attempt: RecordedAttempt): string {
  const many = capture.attemptList.length > 1 ? ` ${attempt.index + 1}` : '';
  const answered =
    attempt.status === undefined
      ? `No answer: ${attempt.outcome?.errorCode ?? 'not recorded'}${attempt.outcome?.errorMessage ? ` (${oneLine(attempt.outcome.errorMessage)})` : ''}`
      : block([
          `HTTP ${attempt.status} ${attempt.statusText ?? ''}`.trim(),
          ...lines(attempt.responseHeaders ?? []),
          ...bodyLines(attempt.responseBody),
        ]);
  return [
    `## Request${many}`,
    block([`${attempt.method} ${attempt.url}`, ...lines(attempt.requestHeaders), ...bodyLines(attempt.requestBody)]),
    `## Answer${many}`,
    answered,
  ].join('\n\n');
}

const OWN_REFUSAL = 'Nothing was sent to a provider: our own gateway answered this request.';

function ownSection({ request, answer }: Capture): string {
  const head = block([`${request.method} ${request.url}`, ...lines(request.headers), ...bodyLines(request.body)]);
  if (!answer) return `${OWN_REFUSAL}\n\n## Request\n\n${head}`;
  return `${OWN_REFUSAL}\n\n## Request\n\n${head}\n\n## Answer of our gateway\n\n${block([`HTTP ${answer.status}`, ...lines(answer.headers), ...bodyLines(answer.body)])}`;
}

/** Our own rungs are told without their evidence: whose keys and apps those are is nobody's business outside. */
const OWN: ReadonlySet<LadderCheck> = new Set(['arrived', 'identified', 'permitted', 'cached', 'routed', 'translated']);
const WORDS = { passed: 'yes', failed: 'no', unknown: 'not known' } as const;

function checks({ ladder, probes, cause, confidence, alternatives }: Explanation): string {
  const rungs = ladder
    // What was never come to is neither known nor ruled out.
    .filter(
      ({ result, evidence }) => result !== 'unknown' || !evidence.every(({ what }) => /^not (?:r|asked)/.test(what)),
    )
    .map(({ check, result, evidence }) => {
      const shown = OWN.has(check) && result === 'passed' ? [] : evidence.slice(0, 3);
      const how = shown.map(({ what, where, value }) => `${what} (${where}): ${value}`).join('; ');
      return `- ${STATEMENTS[check]}: **${WORDS[result]}**${how ? `. ${oneLine(how)}` : ''}`;
    });
  const run = probes.filter(({ result }) => result !== NOT_RUN);
  const tried = run.map(
    ({ probe, result, capture }) => `- ${probe}: ${oneLine(result)}${capture ? ` (our reference ${capture})` : ''}`,
  );
  const others = alternatives.map((one) => `${one.cause} (${Math.round(one.confidence * 100)} %)`).join(', ');
  return [
    '## What was checked',
    rungs.join('\n'),
    ...(cause === null
      ? []
      : [`Our conclusion: ${cause} (${Math.round(confidence * 100)} %)${others ? `; less likely ${others}` : ''}.`]),
    ...(tried.length > 0 ? [`## What was tried\n\n${tried.join('\n')}`] : []),
  ].join('\n\n');
}

/** `2026-11-24 03:10:22.123 UTC`. */
function moment(capture: Capture, offsetMs: number): string {
  return new Date(Date.parse(capture.time) + offsetMs).toISOString().replace('T', ' ').replace('Z', ' UTC');
}

function lines(headers: readonly (readonly [string, string])[]): string[] {
  return headers.map(([name, value]) => `${name}: ${value}`);
}

function bodyLines(body: RecordedBody | undefined): string[] {
  if (!body || body.sizeBytes === 0) return [];
  if (body.text === undefined) {
    return [
      '',
      body.base64 === undefined
        ? `(${body.sizeBytes} bytes, not recorded: ${body.leftOut})`
        : `(${body.sizeBytes} bytes that are no text)`,
    ];
  }
  const cut = body.text.length > LONGEST_BODY_CHARACTERS || body.keptBytes < body.sizeBytes;
  return [
    '',
    body.text.slice(0, LONGEST_BODY_CHARACTERS),
    ...(cut ? [`(cut here; ${body.sizeBytes} bytes in all)`] : []),
  ];
}

/** A fence longer than any that stands inside. */
function block(content: readonly string[]): string {
  const text = content.join('\n');
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map((match) => match[0].length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
