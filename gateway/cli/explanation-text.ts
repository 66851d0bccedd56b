/** An explanation as a page of text: what happened, why, how it is known, what to do. Pure. */
import type { Explanation, LadderCheck } from '../control/contract/index.ts';
import type { Paint } from './output.ts';
import { harmless, oneLine } from './table.ts';
import { wrap } from './words.ts';

/** The rungs as questions, in the order a careful engineer asks them. */
const QUESTIONS: Readonly<Record<LadderCheck, string>> = {
  arrived: 'Did the request arrive in good form?',
  identified: 'Is the app known by its gateway key?',
  permitted: 'May it do this?',
  cached: 'Did the cache stay out of the way?',
  routed: 'Was there a provider with a key?',
  translated: 'Was it translated without loss?',
  reached: 'Could the provider be reached?',
  key_accepted: 'Did the provider accept the key?',
  request_accepted: 'Did it accept the request?',
  capacity: 'Did it have capacity and credit?',
  answer_whole: 'Did the answer come back whole?',
};

const QUESTION_WIDTH = Math.max(...Object.values(QUESTIONS).map((question) => question.length));
/** The engine's word for a probe that it only proposes. */
const NOT_RUN = 'not-run';
const NARROWEST = 60;
const WIDEST = 110;

export function explanationText(explanation: Explanation, paint: Paint, terminalColumns: number | undefined): string {
  const width = Math.min(Math.max(terminalColumns ?? 100, NARROWEST), WIDEST);
  const lines = [paint.bold(wrap(harmless(explanation.title), width))];
  if (explanation.cause) {
    lines.push(
      paint.dim(`${explanation.cause}, ${explanation.status} (${Math.round(explanation.confidence * 100)} %)`),
    );
  }
  lines.push('', wrap(harmless(explanation.detail), width));
  if (explanation.why)
    lines.push('', paint.bold('Why this happens'), `  ${wrap(harmless(explanation.why), width, '  ')}`);
  lines.push('', paint.bold('How this is known'));
  for (const rung of explanation.ladder) lines.push(...rungLines(rung, paint, width));
  if (explanation.alternatives.length > 0) {
    const others = explanation.alternatives.map(
      ({ cause, confidence }) => `${cause} (${Math.round(confidence * 100)} %)`,
    );
    lines.push('', `It could also be ${others.join(', ')}.`);
  }
  if (explanation.fixes.length > 0) {
    lines.push('', paint.bold('What to do'));
    explanation.fixes.forEach((fix, index) => {
      const url = fix.url ? `  ${paint.dim(oneLine(fix.url))}` : '';
      lines.push(`  ${index + 1}. ${wrap(harmless(fix.title), width, '     ')}${url}`);
    });
  }
  lines.push(...probeLines(explanation.probes, paint, width));
  return lines.join('\n');
}

function probeLines(probes: Explanation['probes'], paint: Paint, width: number): string[] {
  const run = probes.filter(({ result }) => result !== NOT_RUN);
  const open = probes.filter(({ result }) => result === NOT_RUN).map(({ probe }) => probe);
  return [
    ...(run.length > 0 ? ['', paint.bold('What was tried')] : []),
    ...run.map(({ probe, result }) => `  ${probe}: ${wrap(harmless(result), width, '    ')}`),
    ...(open.length > 0 ? ['', paint.dim(wrap(`Not tried, and could tell more: ${open.join(', ')}.`, width))] : []),
  ];
}

function rungLines(rung: Explanation['ladder'][number], paint: Paint, width: number): string[] {
  const mark = { passed: paint.green('✓'), failed: paint.red('✗'), unknown: paint.dim('?') }[rung.result];
  const question = QUESTIONS[rung.check].padEnd(QUESTION_WIDTH);
  const evidence = rung.evidence.map(({ what, where, value }) =>
    oneLine(`${value === '' ? what : `${what.replace(/\.$/, '')}: ${value}`} (${where})`),
  );
  // What is merely not known needs no proof line by line; what failed does.
  if (rung.result === 'failed') {
    return [
      `  ${mark} ${paint.bold(question.trimEnd())}`,
      ...evidence.map((text) => `      ${wrap(text, width, '      ')}`),
    ];
  }
  const room = width - QUESTION_WIDTH - 6;
  const [first = ''] = evidence;
  const shown = first.length > room ? `${first.slice(0, Math.max(room - 1, 20))}…` : first;
  const more = tellsLosses(rung) ? evidence.slice(1) : [];
  return [
    `  ${mark} ${question}  ${paint.dim(shown)}`.trimEnd(),
    ...more.map((text) => `      ${paint.dim(wrap(text, width, '      '))}`),
  ];
}

/** A translation that passed and lost something: each loss, of each attempt, is worth a line. */
function tellsLosses({ check, evidence }: Explanation['ladder'][number]): boolean {
  return check === 'translated' && evidence.some(({ where }) => /^(?:request|answer) /.test(where));
}
