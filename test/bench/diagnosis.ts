/**
 * How well failures are explained: `npm run bench:diagnosis` over KEYWARD_CORPUS (a file of labelled failure records), else
 * over test/fixtures/failures. Prints accuracy, recall, calibration and time; `--fit` also prints fitted calibration
 * parameters. What is fitted is cross-validated in five folds, records of one source staying together.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { calibrate } from '../../gateway/diagnosis/calibrate.ts';
import { CALIBRATION, type CalibrationParameters } from '../../gateway/diagnosis/calibration.ts';
import { explainRecord } from '../../gateway/diagnosis/explain.ts';
import { failureRecordSchema } from '../../gateway/diagnosis/explanation.ts';
import { factsOfRecord } from '../../gateway/diagnosis/facts-of-record.ts';
import { score } from '../../gateway/diagnosis/score.ts';
import { fitCalibration, foldOf } from './diagnosis-fit.ts';
import { breakdown, expectedCalibrationError, type Judged, rate, summarise } from './diagnosis-measures.ts';
import { rankChanges, shares } from './what-changed.ts';

const FOLDS = 5;

const files = process.env.KEYWARD_CORPUS
  ? [process.env.KEYWARD_CORPUS]
  : readdirSync('test/fixtures/failures')
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => join('test/fixtures/failures', name));

for (const file of files) measure(file);
await measureChanges();

/** The ranking of *Changed since it worked*, over breakages made on the spot. */
async function measureChanges(): Promise<void> {
  const ranked = await rankChanges();
  const { top1, top3 } = shares(ranked);
  console.log(
    `\nchanged since it worked: ${ranked.length} breakages among innocent changes; top-1 ${rate(top1)}, top-3 ${rate(top3)}`,
  );
  console.table(ranked);
}

function measure(file: string): void {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line));
  const records = lines.map((line) => failureRecordSchema.parse(line));
  // Once through to warm up: a batch pays the compiler only once.
  for (const record of records) explainRecord(record);
  const started = performance.now();
  const explanations = records.map((record) => explainRecord(record));
  const meanMs = (performance.now() - started) / records.length;

  const judged: Judged[] = lines.map((line, index) => {
    const explanation = explanations[index];
    const scored = score(factsOfRecord(records[index] ?? { id: '' }));
    if (!explanation) throw new Error('explanations and records differ in number');
    return {
      id: String(line.id),
      provider: line.provider ?? 'unknown',
      source: line.source_url ?? String(line.id),
      label: line.label,
      accepted: [line.label, ...(line.also_acceptable ?? [])],
      lowConfidence: line.confidence === 'low',
      cause: explanation.cause ?? 'none',
      confidence: explanation.confidence,
      firstThree: [explanation.cause ?? 'none', ...explanation.alternatives.map((one) => one.cause)].slice(0, 3),
      leading: scored.ranking[0] ?? { cause: 'other', share: 0, strongest: 0 },
    };
  });

  console.log(`\n${file}: ${records.length} failures`);
  console.table({
    all: summarise(judged),
    'without low-confidence labels': summarise(judged.filter((one) => !one.lowConfidence)),
  });
  const validated = crossValidate(judged);
  console.log(
    `expected calibration error: ${rate(expectedCalibrationError(judged))} as shipped, ${rate(expectedCalibrationError(validated))} with parameters fitted on the other four folds`,
  );
  console.log(
    `confident and wrong: ${
      confidentAndWrong(judged)
        .map((one) => `${one.id} (${one.cause} ${one.confidence}, not ${one.accepted.join('/')})`)
        .join('; ') || 'none'
    }; cross-validated: ${confidentAndWrong(validated).length}`,
  );
  console.log(`time: ${meanMs.toFixed(3)} ms an explanation`);
  console.log('by cause');
  console.table(breakdown(judged, (one) => one.label));
  console.log('by provider (three and more)');
  console.table(breakdown(judged, (one) => one.provider, 3));
  if (process.argv.includes('--fit')) console.log('fitted on all:', fitCalibration(judged), 'shipped:', CALIBRATION);
  if (process.argv.includes('--misses')) {
    for (const one of judged.filter((miss) => !miss.accepted.includes(miss.cause))) {
      console.log(
        `${one.id} ${one.provider}: ${one.firstThree.join(' ')} (${one.confidence}), wanted ${one.accepted.join('|')}`,
      );
    }
  }
}

function crossValidate(judged: readonly Judged[]): Judged[] {
  return Array.from({ length: FOLDS }, (_, fold) => {
    const parameters: CalibrationParameters = fitCalibration(
      judged.filter((one) => foldOf(one.source, FOLDS) !== fold),
    );
    return judged
      .filter((one) => foldOf(one.source, FOLDS) === fold)
      .map((one) => ({ ...one, confidence: calibrate(one.leading, parameters) }));
  }).flat();
}

function confidentAndWrong(judged: readonly Judged[]): Judged[] {
  return judged.filter((one) => one.confidence >= 0.8 && !one.accepted.includes(one.cause));
}
