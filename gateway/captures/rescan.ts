/**
 * The search for secrets once more, over a capture that was redacted before: on its way out, because a secret may have
 * become known since, and on its way in, because it was redacted elsewhere. What is found is replaced and counted;
 * markers stay as they are. Pure but for the redactor's own memory.
 */
import type { Capture, RecordedAttempt, RecordedBody, Redaction } from './capture.ts';
import { MARKER_PATTERN } from './marker.ts';
import type { Redactor } from './redact.ts';

export type Rescanner = Pick<Redactor, 'redactHeaders' | 'redactUrl' | 'redactText' | 'redactBytes'>;
type Pairs = [string, string][];

export interface Rescanned {
  readonly capture: Capture;
  /** Secrets that were still there and are replaced now. */
  readonly found: number;
}

/** The same object when nothing was found. */
export function rescanCapture(capture: Capture, redactor: Rescanner): Rescanned {
  const scan = new Scan(redactor);
  const scanned = scan.capture(capture);
  return scan.found === 0 ? { capture, found: 0 } : { capture: scanned, found: scan.found };
}

class Scan {
  found = 0;
  private readonly redactor: Rescanner;

  constructor(redactor: Rescanner) {
    this.redactor = redactor;
  }

  capture(capture: Capture): Capture {
    const { request, answer, attemptList, ...rest } = capture;
    const inRequest: Redaction[] = [...request.redactions];
    const scannedRequest = {
      ...request,
      url: this.url(request.url, inRequest),
      headers: this.headers(request.headers, inRequest),
      body: this.body(request.body),
      redactions: inRequest,
    };
    const inAnswer: Redaction[] = [...(answer?.redactions ?? [])];
    const scannedAnswer = answer && {
      ...answer,
      headers: this.headers(answer.headers, inAnswer),
      body: this.body(answer.body),
      ...(inAnswer.length > 0 ? { redactions: inAnswer } : {}),
    };
    const attempts = attemptList.map((attempt) => this.attempt(attempt));
    // The second net: steps, error texts, paths, names and whatever else stands in the record.
    const inRecord: Redaction[] = [...(capture.redactions ?? [])];
    const whole = this.json(
      {
        ...rest,
        request: withoutBody(scannedRequest),
        answer: withoutBody(scannedAnswer),
        attemptList: attempts.map(bare),
      },
      inRecord,
    );
    return {
      ...(whole as unknown as Capture),
      request: { ...whole.request, body: scannedRequest.body } as Capture['request'],
      answer: scannedAnswer && ({ ...whole.answer, body: scannedAnswer.body } as Capture['answer']),
      attemptList: attempts.map((attempt, at) => ({
        ...(whole.attemptList[at] as object as RecordedAttempt),
        requestBody: attempt.requestBody,
        ...(attempt.responseBody ? { responseBody: attempt.responseBody } : {}),
      })),
      redactions: inRecord,
    };
  }

  private attempt(attempt: RecordedAttempt): RecordedAttempt {
    const redactions: Redaction[] = [...(attempt.redactions ?? [])];
    const scanned: RecordedAttempt = {
      ...attempt,
      url: this.url(attempt.url, redactions),
      requestHeaders: this.headers(attempt.requestHeaders, redactions),
      requestBody: this.body(attempt.requestBody),
    };
    if (attempt.responseHeaders) scanned.responseHeaders = this.headers(attempt.responseHeaders, redactions);
    if (attempt.responseTrailers) scanned.responseTrailers = this.headers(attempt.responseTrailers, redactions);
    if (attempt.responseBody) scanned.responseBody = this.body(attempt.responseBody);
    if (redactions.length > 0) scanned.redactions = redactions;
    return scanned;
  }

  /** A credential whose value already is a marker stays; any other is replaced as on the request path. */
  private headers(headers: Pairs, redactions: Redaction[]): Pairs {
    return headers.map(([name, value]) => {
      if (this.redactor.redactHeaders([name, value.replace(MARKER_PATTERN, '')]).redactions.length === 0) {
        return [name, value];
      }
      const redacted = this.redactor.redactHeaders([name, value]);
      this.note(redacted.redactions, redactions);
      return [name, redacted.headers[1] as string];
    });
  }

  private url(url: string, redactions: Redaction[]): string {
    const bare = url.replace(MARKER_PATTERN, '');
    if (this.redactor.redactUrl(bare).redactions.length === 0) return url;
    const redacted = this.redactor.redactUrl(url);
    this.note(redacted.redactions, redactions);
    return redacted.url;
  }

  private body(body: RecordedBody): RecordedBody {
    if (body.text === undefined && body.base64 === undefined) return body;
    const bytes = body.text === undefined ? Buffer.from(body.base64 as string, 'base64') : Buffer.from(body.text);
    const result = this.redactor.redactBytes(bytes, 'body', {
      streamed: true,
      cut: body.keptBytes < body.sizeBytes || !body.complete,
    });
    if (result.bytes === bytes) return body;
    // Legs that share their bytes are counted once.
    const redactions = [...body.redactions];
    if (body.sameAs) redactions.push(...result.redactions);
    else this.note(result.redactions, redactions);
    const { text, base64: _, ...rest } = body;
    return {
      ...rest,
      ...(text === undefined ? { base64: result.bytes.toString('base64') } : { text: result.bytes.toString() }),
      redactions,
    };
  }

  private json<T>(value: T, redactions: Redaction[]): T {
    const text = JSON.stringify(value);
    const result = this.redactor.redactText(text, 'record');
    if (result.redactions.length === 0) return value;
    this.note(result.redactions, redactions);
    return JSON.parse(result.text) as T;
  }

  private note(found: readonly Redaction[], redactions: Redaction[]): void {
    this.found += found.length;
    redactions.push(...found);
  }
}

function withoutBody<T extends { body: RecordedBody } | null>(leg: T): Omit<NonNullable<T>, 'body'> | null {
  if (leg === null) return null;
  const { body: _, ...rest } = leg;
  return rest;
}

function bare({ requestBody: _, responseBody: __, ...rest }: RecordedAttempt): Omit<RecordedAttempt, 'requestBody'> {
  return rest;
}
