import { describe, expect, it } from 'vitest';
import { CAUSES, type Cause, type Stage } from '../../gateway/causes.ts';
import type { ConfigFacts } from '../../gateway/diagnosis/capture-fixes.ts';
import { explainCapture } from '../../gateway/diagnosis/explain.ts';
import { explanationSchema, LADDER_CHECKS } from '../../gateway/diagnosis/explanation.ts';
import { attempt, body, capture, PASSED_STEPS, step } from './build-capture.ts';

const NOW = { now: Date.parse('2026-11-23T12:00:01.000Z') };

function refusedAt(
  stage: Stage,
  cause: Cause,
  message: string,
  rule?: { name: string; origin: { from: string; id?: string } },
) {
  const before = PASSED_STEPS.slice(
    0,
    PASSED_STEPS.findIndex((one) => one.stage === stage),
  );
  return capture(
    { cause, stage, message },
    {
      steps: [
        ...before,
        step(stage, 'refused', { summary: message, rule, evidence: [{ what: 'seen', where: 'header', value: 'it' }] }),
      ],
    },
  );
}

describe('the explanation of a capture', () => {
  it.each([
    ['receive', 'arrived', 'bad_request_parameter'],
    ['identify', 'identified', 'key_expired'],
    ['authorize', 'permitted', 'permission_missing'],
    ['route', 'routed', 'gateway_config'],
  ] as const)(
    'of a refusal at %s fails the rung %s, passes those before it and reaches none after it',
    (stage, check, cause) => {
      const found = explainCapture(refusedAt(stage, cause, 'No, because.'), NOW);
      expect(found.cause).toBe(cause);
      expect(found.confidence).toBeGreaterThan(0.9);
      expect(found.status).toBe('likely');
      const failed = found.ladder.findIndex((rung) => rung.result === 'failed');
      expect(found.ladder[failed]?.check).toBe(check);
      expect(found.ladder.slice(0, failed).every((rung) => rung.result === 'passed')).toBe(true);
      expect(found.ladder.slice(failed + 1).every((rung) => rung.result === 'unknown')).toBe(true);
      expect(found.ladder[failed]?.evidence).toContainEqual({ what: 'seen', where: 'header', value: 'it' });
    },
  );

  it('of an exchange that nobody saw the end of says of the provider what its answer showed, and no more', () => {
    const rungs = (status: number | undefined) => {
      const cut = {
        ...capture({}, { attemptList: [attempt({ status })] }),
        state: 'interrupted',
        verdict: null,
      } as const;
      const { ladder } = explainCapture(cut, NOW);
      return ladder.filter(({ result }) => result === 'passed').map(({ check }) => check);
    };
    const provider = ['reached', 'key_accepted', 'request_accepted', 'capacity'];
    expect(provider.filter((check) => rungs(200).includes(check as never))).toEqual(provider);
    expect(provider.filter((check) => rungs(302).includes(check as never))).toEqual(['reached']);
    expect(provider.filter((check) => rungs(503).includes(check as never))).toEqual(['reached']);
    expect(provider.filter((check) => rungs(undefined).includes(check as never))).toEqual([]);
    expect(rungs(200)).not.toContain('answer_whole');
  });

  it('offers to extend an expired gateway key and to restore a revoked one, by the key’s own id', () => {
    const origin = { from: 'gateway-key', id: 'gkabcdef12' };
    const expired = explainCapture(
      {
        ...refusedAt('identify', 'key_expired', 'Expired.', { name: 'gateway-key.expiry', origin }),
        gatewayKeyId: null,
      },
      NOW,
    );
    expect(expired.fixes[0]?.action).toEqual({ kind: 'gateway-keys.edit', id: 'gkabcdef12', expires: '30d' });
    const revoked = explainCapture(
      refusedAt('identify', 'key_revoked', 'Revoked.', { name: 'gateway-key.revoked', origin }),
      NOW,
    );
    expect(revoked.fixes.map((fix) => fix.action?.kind)).toContain('gateway-keys.restore');
  });

  it('offers to widen a scope by just what the request needed', () => {
    const key = { id: 'gk12345678', scope: { models: ['openai/gpt-4o'] }, users: [] };
    const snapshot = {
      providers: new Map(),
      providerKeys: new Map(),
      keysByProvider: new Map(),
      gatewayKeys: new Map([[key.id, key]]),
    };
    const refused = refusedAt('authorize', 'model_no_access', 'Not this model.', {
      name: 'scope.models',
      origin: { from: 'gateway-key', id: key.id },
    });
    const found = explainCapture(refused, { ...NOW, snapshot: snapshot as unknown as ConfigFacts });
    expect(found.fixes[0]?.action).toEqual({
      kind: 'gateway-keys.edit',
      id: key.id,
      scope: { models: ['openai/gpt-4o', 'openai/gpt-4o-mini'] },
    });
  });

  it('offers a key where the provider has none', () => {
    const found = explainCapture(
      refusedAt('route', 'gateway_config', 'No key for OpenAI is stored.', {
        name: 'provider.keys',
        origin: { from: 'provider', id: 'openai' },
      }),
      NOW,
    );
    expect(found.fixes[0]).toMatchObject({ id: 'enter-key', action: { kind: 'keys.add', provider: 'openai' } });
    expect(found.fixes[0]?.url).toMatch(/^https:/);
  });

  it('reads a provider’s refusal from the recorded answer, with the way there passed', () => {
    const answered = attempt({
      status: 401,
      responseHeaders: [['content-type', 'application/json']],
      responseBody: body(
        '{"error":{"message":"You have insufficient permissions for this operation. Missing scopes: api.responses.write.","type":"invalid_request_error","code":null}}',
      ),
    });
    const found = explainCapture(
      capture({ cause: 'permission_missing', stage: 'forward' }, { provider: 'openai', attemptList: [answered] }),
      NOW,
    );
    expect(found.cause).toBe('permission_missing');
    expect(found.ladder.find((rung) => rung.check === 'reached')?.result).toBe('passed');
    expect(found.ladder.find((rung) => rung.check === 'key_accepted')?.result).toBe('failed');
    expect(found.detail).toContain('Missing scopes');
  });

  it.each([
    ['ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1', 'network_refused'],
    ['ENOTFOUND', 'getaddrinfo ENOTFOUND api.openai.com', 'network_dns'],
    ['CERT_HAS_EXPIRED', 'certificate has expired', 'network_tls'],
    ['UND_ERR_HEADERS_TIMEOUT', 'Headers Timeout Error', 'upstream_timeout'],
    ['ECONNRESET', 'read ECONNRESET', 'network_reset_or_truncated'],
  ] as const)('names the network fault of %s', (errorCode, errorMessage, cause) => {
    const failed = attempt({ outcome: { ok: false, errorCode, errorMessage }, timings: { startMs: 2, endMs: 5 } });
    const found = explainCapture(
      capture({ cause, stage: 'forward' }, { provider: 'openai', attemptList: [failed] }),
      NOW,
    );
    expect(found.cause).toBe(cause);
    expect(found.ladder.find((rung) => rung.check === 'reached')?.result).toBe('failed');
    expect(found.ladder.find((rung) => rung.check === 'key_accepted')?.result).toBe('unknown');
  });

  it('puts a stream that broke after its beginning at the end of the ladder', () => {
    const cut = attempt({
      status: 200,
      responseBody: { ...body('data: {"choices":[{"delta":{"content":"Hel"}}]}\n\n'), complete: false },
      timings: { startMs: 2, connectMs: 3, firstByteMs: 9, endMs: 20 },
      outcome: {
        ok: false,
        cause: 'network_reset_or_truncated',
        errorCode: 'UND_ERR_SOCKET',
        errorMessage: 'other side closed',
      },
    });
    const found = explainCapture(
      capture({ cause: 'network_reset_or_truncated', stage: 'forward' }, { attemptList: [cut] }),
      NOW,
    );
    expect(found.cause).toBe('network_reset_or_truncated');
    expect(found.ladder.find((rung) => rung.check === 'answer_whole')?.result).toBe('failed');
    expect(found.ladder.find((rung) => rung.check === 'reached')?.result).toBe('passed');
  });

  it('has no cause for a success, nor for a client that left', () => {
    const good = attempt({ status: 200, responseBody: body('{"choices":[]}') });
    const success = explainCapture(capture({ ok: true }, { attemptList: [good] }), NOW);
    expect(success.cause).toBeNull();
    expect(success.ladder.filter((rung) => rung.result === 'failed')).toEqual([]);
    const gone = explainCapture(capture({ clientGone: true }, { attemptList: [good] }), NOW);
    expect(gone.cause).toBeNull();
    expect(gone.title).toMatch(/hung up/);
  });

  it('does not blame a key when every key of the provider is refused at once', () => {
    const refused = attempt({
      status: 401,
      responseBody: body('{"error":{"message":"Incorrect API key provided.","code":"invalid_api_key"}}'),
    });
    const failing = capture(
      { cause: 'key_invalid_unknown', stage: 'forward' },
      { provider: 'openai', status: 401, attemptList: [refused] },
    );
    const alone = explainCapture(failing, NOW);
    expect(alone.cause).toBe('key_invalid_unknown');
    const row = { ...failing, time: '2026-11-23T11:59:00.000Z' };
    const company = ['pk_other001', 'pk_other002'].map((keyId) => ({ ...row, id: keyId, keyId }));
    const together = explainCapture(failing, { ...NOW, company });
    expect([together.cause, ...together.alternatives.map((one) => one.cause)]).toContain('provider_outage');
    const share = (found: typeof alone): number =>
      found.cause === 'provider_outage'
        ? found.confidence
        : (found.alternatives.find((one) => one.cause === 'provider_outage')?.confidence ?? 0);
    expect(share(together)).toBeGreaterThan(share(alone));
  });

  it('does not make an outage of a limit that passed, or of a parameter, because the key works again', () => {
    for (const [cause, status, said] of [
      ['rate_limited', 429, '{"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}'],
      ['bad_request_parameter', 400, '{"error":{"message":"Unsupported parameter: x","code":"unsupported_parameter"}}'],
    ] as const) {
      const failing = capture(
        { cause, stage: 'forward' },
        {
          provider: 'openai',
          status,
          cause,
          keyId: 'pk_1',
          keyVersion: 1,
          attemptList: [attempt({ status, responseBody: body(said) })],
        },
      );
      const later = { ...failing, id: 'later', ok: true, cause: null, time: '2026-11-23T12:00:30.000Z' };
      const ill = {
        ...failing,
        id: 'ill',
        status: 503,
        cause: 'provider_overloaded',
        time: '2026-11-23T11:59:30.000Z',
      } as const;
      const now = Date.parse('2026-11-23T12:05:00.000Z');
      expect(explainCapture(failing, { ...NOW, now, company: [later, ill] }).cause).toBe(cause);
    }
  });

  it('is whole and in order for every cause at every stage, with evidence on every rung', () => {
    for (const cause of CAUSES) {
      for (const stage of ['receive', 'identify', 'authorize', 'route'] as const) {
        const found = explanationSchema.parse(explainCapture(refusedAt(stage, cause, 'No.'), NOW));
        expect(found.ladder.map((rung) => rung.check)).toEqual([...LADDER_CHECKS]);
        for (const rung of found.ladder)
          expect(rung.evidence.length, `${cause} ${stage} ${rung.check}`).toBeGreaterThan(0);
        expect(found.title).not.toMatch(/[{}]/);
        expect(`${found.detail}${found.why}`).not.toMatch(/\{(?:provider|model|app)\}/);
      }
    }
  });
});
