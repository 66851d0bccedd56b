import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { analysePaste } from '../../gateway/providers/paste.ts';

const ID = 'AKIAQYLPMN5HABCDEFGH';
const SECRET = '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';
const PEM = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
const FILE = {
  type: 'service_account',
  project_id: 'p',
  private_key_id: 'abc',
  private_key: PEM,
  client_email: 'a@p.iam.gserviceaccount.com',
};

describe('credentials of several parts', () => {
  it.each([
    ['JSON of the SDKs', JSON.stringify({ accessKeyId: ID, secretAccessKey: SECRET })],
    ['JSON of the aws command', JSON.stringify({ Version: 1, AccessKeyId: ID, SecretAccessKey: SECRET })],
    ['the credentials file', `[default]\naws_access_key_id = ${ID}\naws_secret_access_key = ${SECRET}\n`],
    ['exports', `export AWS_ACCESS_KEY_ID="${ID}"\nexport AWS_SECRET_ACCESS_KEY="${SECRET}"`],
  ])('of AWS are recognised in %s, and kept in one spelling', (_, text) => {
    const analysis = analysePaste(text);
    expect(analysis).toMatchObject({ usable: true, candidates: [{ preset: 'aws-bedrock', certainty: 'certain' }] });
    expect(JSON.parse(analysis.cleaned ?? '')).toEqual({ accessKeyId: ID, secretAccessKey: SECRET });
    expect(analysis.sentence).not.toContain(SECRET);
  });

  it('of Google are recognised by their file', () => {
    const analysis = analysePaste(JSON.stringify(FILE, null, 2));
    expect(analysis).toMatchObject({ usable: true, candidates: [{ preset: 'vertex-ai' }] });
    expect(analysis.sentence).toContain('service-account file');
  });

  it.each([
    [JSON.stringify({ accessKeyId: 'ASIAQYLPMN5HABCDEFGH', secretAccessKey: SECRET }), 'session token is missing'],
    [JSON.stringify({ ...FILE, private_key: '-----BEGIN PRIVATE KEY-----' }), 'not whole'],
    [JSON.stringify({ ...FILE, type: 'external_account' }), 'not external_account'],
    [JSON.stringify({ ...FILE, token_uri: 'https://evil.example/token' }), 'not one of Google’s'],
  ])('that cannot be used say why (%#), and tell no part of themselves', (text, words) => {
    const analysis = analysePaste(text);
    expect(analysis.usable).toBe(false);
    expect(analysis.sentence).toContain(words);
    expect(JSON.stringify(analysis)).not.toContain(SECRET);
  });

  it('are no key of another provider', () => {
    const analysis = analysePaste(JSON.stringify(FILE), { provider: 'openai' });
    expect(analysis).toMatchObject({ usable: false, faults: [{ kind: 'other-provider' }] });
  });
});
