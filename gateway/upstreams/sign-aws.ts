/** Signature Version 4 (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html), by AWS's own library. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import type { RawHeaders } from '../exchange.ts';
import { headerValue } from '../providers/headers.ts';
import type { SignIn, UpstreamRequest } from '../upstream.ts';

/** The headers to add. Only what no proxy touches is signed: host, content type, and what the signature brings itself. */
export async function awsHeaders(
  request: Pick<UpstreamRequest, 'method' | 'url' | 'headers' | 'body'>,
  signIn: Extract<SignIn, { kind: 'aws-sigv4' }>,
  now: Date,
): Promise<RawHeaders> {
  const { url, method, body } = request;
  const { service, region, credentials } = signIn;
  const contentType = headerValue(request.headers, 'content-type');
  const signed = await new SignatureV4({ service, region, credentials, sha256: Sha256 }).sign(
    {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: queryOf(url),
      headers: { host: url.host, ...(contentType === undefined ? {} : { 'content-type': contentType }) },
      body: body ?? undefined,
    },
    { signingDate: now },
  );
  const ours = new Set(['host', 'content-type']);
  return Object.entries(signed.headers).flatMap(([name, value]) => (ours.has(name.toLowerCase()) ? [] : [name, value]));
}

function queryOf(url: URL): Record<string, string[]> {
  const query: Record<string, string[]> = {};
  for (const [name, value] of url.searchParams) query[name] = [...(query[name] ?? []), value];
  return query;
}
