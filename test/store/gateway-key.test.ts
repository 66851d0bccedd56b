import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkGatewayKey, createGatewayKey, hashGatewayKey, parseGatewayKey } from '../../gateway/store/gateway-key.ts';
import { type GatewayKey, gatewayKeySchema } from '../../gateway/store/schema.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');

function recordOf(hash: string, previous: GatewayKey['previous'] = null): GatewayKey {
  const created = { id: 'abcd', app: 'app_1', label: '', hash, lastFour: 'wxyz', createdAt: '2026-11-23T00:00:00Z' };
  return { ...gatewayKeySchema.parse(created), previous };
}

describe('a gateway key', () => {
  it('is kw_, a public id, a secret and six characters of checksum, all safe in any header, URL or shell', () => {
    const { id, key, lastFour } = createGatewayKey();
    expect(key).toMatch(/^kw_[a-z0-9]{10}_[0-9A-Za-z]{43}[0-9A-Za-z]{6}$/);
    expect(key.split('_')[1]).toBe(id);
    expect(key.endsWith(lastFour)).toBe(true);
    expect(parseGatewayKey(key)).toEqual({ ok: true, id });
  });

  it('is never the same twice, and every character of its alphabet comes about equally often', () => {
    const keys = Array.from({ length: 2000 }, () => createGatewayKey().key);
    expect(new Set(keys).size).toBe(2000);
    const counts = new Map<string, number>();
    for (const key of keys) for (const letter of key.slice(14, 57)) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    expect(counts.size).toBe(62);
    const expected = (2000 * 43) / 62; // 1387; six standard deviations are about 220
    for (const count of counts.values()) expect(Math.abs(count - expected)).toBeLessThan(220);
  });

  it('keeps its public id and gets another secret when it is rotated', () => {
    const first = createGatewayKey();
    const second = createGatewayKey(first.id);
    expect(second.id).toBe(first.id);
    expect(second.key).not.toBe(first.key);
    expect(parseGatewayKey(second.key)).toEqual({ ok: true, id: first.id });
  });

  it('is told from a mistyped one, whichever single character is wrong', () => {
    const { key } = createGatewayKey();
    fc.assert(
      fc.property(fc.integer({ min: 3, max: key.length - 1 }), fc.constantFrom(...'0aZ_-. ~é'), (at, letter) => {
        fc.pre(key[at] !== letter);
        const mistyped = key.slice(0, at) + letter + key.slice(at + 1);
        expect(parseGatewayKey(mistyped)).toEqual({ ok: false, reason: 'mistyped' });
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['cut off at its end', (key: string) => key.slice(0, -1)],
    ['cut off to its prefix', () => 'kw_'],
    ['with something behind it', (key: string) => `${key}x`],
    [
      'with two neighbours swapped',
      (key: string) => key.replace(/(.)(.)(.{6})$/, (_, a, b, rest) => (a === b ? `!${b}${rest}` : b + a + rest)),
    ],
    ['of a megabyte', () => `kw_${'a'.repeat(1_000_000)}`],
    ['with a line break', (key: string) => `${key}\n`],
  ])('is told to be mistyped when it is %s', (_, spoil) => {
    expect(parseGatewayKey(spoil(createGatewayKey().key))).toEqual({ ok: false, reason: 'mistyped' });
  });

  it.each(['', 'sk-proj-abc', 'KW_abc_def', 'Bearer kw_a_b'])('is not what "%s" claims to be', (text) => {
    expect(parseGatewayKey(text)).toEqual({ ok: false, reason: 'not-a-gateway-key' });
  });

  it('never throws, whatever text comes in', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('', 'kw_'), (text, prefix) => {
        expect(parseGatewayKey(prefix + text).ok).toBe(false);
      }),
    );
  });
});

describe('checking a gateway key against its record', () => {
  it('knows the current secret and no other', () => {
    const { key, hash } = createGatewayKey();
    expect(hash).toBe(hashGatewayKey(key));
    expect(checkGatewayKey(recordOf(hash), hashGatewayKey(key), NOW)).toBe('current');
    expect(checkGatewayKey(recordOf(hash), createGatewayKey().hash, NOW)).toBe('wrong');
    expect(checkGatewayKey(recordOf(''), hash, NOW)).toBe('wrong');
  });

  it('knows the secret before a rotation until its grace ends, to the millisecond', () => {
    const old = createGatewayKey();
    const until = '2026-11-24T12:00:00.000Z';
    const record = recordOf(createGatewayKey(old.id).hash, { hash: old.hash, lastFour: old.lastFour, until });
    expect(checkGatewayKey(record, old.hash, Date.parse(until) - 1)).toBe('previous');
    expect(checkGatewayKey(record, old.hash, Date.parse(until))).toBe('previous-expired');
    expect(checkGatewayKey(record, createGatewayKey().hash, NOW)).toBe('wrong');
  });

  it('costs far less than a request', () => {
    const { key, hash } = createGatewayKey();
    const record = recordOf(hash);
    const started = performance.now();
    for (let i = 0; i < 10_000; i++) if (parseGatewayKey(key).ok) checkGatewayKey(record, hashGatewayKey(key), NOW);
    expect((performance.now() - started) / 10_000).toBeLessThan(0.1); // ms each; about 0.005 on an idle machine
  });
});
