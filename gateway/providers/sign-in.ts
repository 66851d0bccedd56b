/**
 * Credentials that are not sent but used: AWS signs each request with them, Google exchanges them for a token that lives
 * an hour. What their texts hold, read and checked; the signing itself is in upstreams/. Pure.
 */
import type { AwsCredentials, GoogleCredential } from '../upstream.ts';

export type Read<T> =
  | { readonly ok: true; readonly value: T }
  /** Never holds a part of the secret. */
  | { readonly ok: false; readonly message: string; readonly next: string };

const AWS_NEXT =
  'Paste one JSON object: {"accessKeyId": "AKIA…", "secretAccessKey": "…"}, for temporary keys with "sessionToken" too; or a Bedrock API key (ABSK…).';

/** Both spellings: the SDKs' and that of `aws sts assume-role` and `aws configure export-credentials`. */
export function readAwsCredentials(secret: string): Read<AwsCredentials> {
  const bad = (message: string) => ({ ok: false, message, next: AWS_NEXT }) as const;
  const outer = record(secret);
  if (!outer) return bad('AWS signs requests with two parts, and this is one text.');
  const parts = isRecord(outer.Credentials) ? outer.Credentials : outer;
  const part = (...names: string[]) => names.map((name) => text(parts[name])).find((value) => value !== undefined);
  const accessKeyId = part('accessKeyId', 'AccessKeyId', 'aws_access_key_id', 'AWS_ACCESS_KEY_ID');
  const secretAccessKey = part('secretAccessKey', 'SecretAccessKey', 'aws_secret_access_key', 'AWS_SECRET_ACCESS_KEY');
  const sessionToken = part('sessionToken', 'SessionToken', 'aws_session_token', 'AWS_SESSION_TOKEN');
  if (accessKeyId === undefined) return bad('The access key id is missing.');
  if (secretAccessKey === undefined) return bad('The secret access key is missing.');
  if (!/^[A-Z0-9]{16,128}$/.test(accessKeyId))
    return bad('The access key id does not look like one: it begins with AKIA or ASIA.');
  if (/\s/.test(secretAccessKey)) return bad('The secret access key has a space or a line break inside.');
  if (accessKeyId.startsWith('ASIA') && sessionToken === undefined)
    return bad('These are temporary keys (ASIA…), and their session token is missing.');
  return { ok: true, value: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) } };
}

const GOOGLE_NEXT =
  'Paste the whole service-account file (JSON), or application_default_credentials.json as `gcloud auth application-default login` writes it.';
const GOOGLE_TOKEN_URI = 'https://oauth2.googleapis.com/token';

/** The two files that people have: a service account's, and their own of gcloud. */
export function readGoogleCredential(secret: string): Read<GoogleCredential> {
  const bad = (message: string) => ({ ok: false, message, next: GOOGLE_NEXT }) as const;
  const parts = record(secret);
  if (!parts) return bad('Vertex AI signs in with a file, and this is no JSON object.');
  const tokenUri = text(parts.token_uri) ?? GOOGLE_TOKEN_URI;
  if (!isGoogles(tokenUri)) return bad('The token address in this file (token_uri) is not one of Google’s.');
  switch (parts.type) {
    case 'service_account': {
      const email = text(parts.client_email);
      const privateKey = text(parts.private_key);
      if (email === undefined || privateKey === undefined)
        return bad('This service-account file lacks client_email or private_key.');
      if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+-----END/.test(privateKey))
        return bad('The private_key in this service-account file is not whole.');
      const keyId = text(parts.private_key_id);
      return {
        ok: true,
        value: { type: 'service_account', email, privateKey, tokenUri, ...(keyId === undefined ? {} : { keyId }) },
      };
    }
    case 'authorized_user': {
      const clientId = text(parts.client_id);
      const clientSecret = text(parts.client_secret);
      const refreshToken = text(parts.refresh_token);
      if (clientId === undefined || clientSecret === undefined || refreshToken === undefined)
        return bad('This file lacks client_id, client_secret or refresh_token.');
      return { ok: true, value: { type: 'authorized_user', clientId, clientSecret, refreshToken, tokenUri } };
    }
    default:
      return bad(
        `Keyward signs in to Google with files of the type service_account or authorized_user, not ${text(parts.type)?.slice(0, 40) ?? 'this one'}.`,
      );
  }
}

/** A file from elsewhere must not say where the proof of a key is sent. The loopback is this machine. */
function isGoogles(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  if (protocol === 'https:') return /(?:^|\.)googleapis\.com$/.test(hostname) || hostname === 'accounts.google.com';
  return protocol === 'http:' && (hostname === '127.0.0.1' || hostname === 'localhost' || hostname === '[::1]');
}

/** The part of a credential of several parts that may be shown the end of: it names the key and is no secret by itself. */
export function namingPart(secret: string): string | undefined {
  const aws = readAwsCredentials(secret);
  if (aws.ok) return aws.value.accessKeyId;
  const google = readGoogleCredential(secret);
  if (!google.ok) return undefined;
  return google.value.type === 'service_account' ? (google.value.keyId ?? google.value.email) : google.value.clientId;
}

/** Everything in it that must never be recorded. */
export function secretParts(secret: string): string[] {
  const aws = readAwsCredentials(secret);
  if (aws.ok)
    return [aws.value.secretAccessKey, ...(aws.value.sessionToken === undefined ? [] : [aws.value.sessionToken])];
  const google = readGoogleCredential(secret);
  if (!google.ok) return [];
  if (google.value.type === 'authorized_user') return [google.value.clientSecret, google.value.refreshToken];
  const { privateKey } = google.value;
  // Whoever quotes a key may leave its line breaks out, or quote a line of it.
  const lines = privateKey.split(/\s*\n\s*|\\n/).filter((line) => line.length >= 24 && !line.startsWith('-----'));
  return [privateKey, lines.join(''), ...lines];
}

function record(secret: string): Readonly<Record<string, unknown>> | undefined {
  if (!secret.trimStart().startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(secret);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
