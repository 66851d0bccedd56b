/**
 * Checks a request's Signature Version 4 as AWS does, written from its description and not from the library that signs
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 */
import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface AwsAccount {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly region: string;
  /** A Bedrock API key, which goes as a bearer. */
  readonly apiKey?: string;
}

export interface Refusal {
  readonly type: string;
  readonly message: string;
}

const FIVE_MINUTES_MS = 5 * 60 * 1000;

/** Undefined: the request may pass. Type and sentence otherwise, in AWS's words. */
export function signatureRefusal(request: IncomingMessage, body: Buffer, account: AwsAccount): Refusal | undefined {
  const authorization = request.headers.authorization ?? '';
  if (account.apiKey !== undefined && authorization.startsWith('Bearer ')) {
    if (authorization === `Bearer ${account.apiKey}`) return undefined;
    return { type: 'AccessDeniedException', message: 'Authentication failed: Please make sure your API Key is valid.' };
  }
  const parsed =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      authorization,
    );
  if (!parsed) return { type: 'MissingAuthenticationTokenException', message: 'Missing Authentication Token' };
  const [, keyId, day, region, service, signedHeaders = '', signature] = parsed;
  if (keyId !== account.accessKeyId || request.headers['x-amz-security-token'] !== account.sessionToken)
    return { type: 'UnrecognizedClientException', message: 'The security token included in the request is invalid.' };
  if (region !== account.region || service !== 'bedrock')
    return {
      type: 'InvalidSignatureException',
      message: `Credential should be scoped to a valid region. ${region}/${service}`,
    };
  const stamp = String(request.headers['x-amz-date']);
  const at = Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(Date.now() - at) < FIVE_MINUTES_MS))
    return {
      type: 'InvalidSignatureException',
      message: `Signature expired: ${stamp} is now earlier than the time allowed`,
    };
  const url = new URL(request.url ?? '/', 'http://x');
  const names = signedHeaders.split(';');
  if (!names.includes('host') || names.some((name) => request.headers[name] === undefined))
    return { type: 'InvalidSignatureException', message: 'A signed header is missing.' };
  const canonical = [
    request.method,
    // Every service but S3 encodes the path that travels once more.
    url.pathname.split('/').map(encode).join('/'),
    [...url.searchParams]
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .sort()
      .join('&'),
    ...names.map((name) => `${name}:${String(request.headers[name]).trim().replace(/\s+/g, ' ')}`),
    '',
    signedHeaders,
    createHash('sha256').update(body).digest('hex'),
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', stamp, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<Buffer | string>(
    (secret, part) => hmac(secret, part as string),
    `AWS4${account.secretAccessKey}`,
  );
  if (hmac(key, toSign).toString('hex') === signature) return undefined;
  return {
    type: 'InvalidSignatureException',
    message: `The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. The Canonical String for this request should have been\n'${canonical}'`,
  };
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
