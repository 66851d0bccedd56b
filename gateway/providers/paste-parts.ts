/** Pastes that are no key but a credential of several parts: AWS's pairs, in whatever form, and Google's files. Pure. */
import { namingPart, readAwsCredentials, readGoogleCredential } from './sign-in.ts';
import { VERTEX } from './vertex.ts';

export const BEDROCK = 'aws-bedrock';

export type PastedParts =
  | {
      readonly preset: string;
      readonly what: string;
      readonly ok: true;
      readonly text: string;
      readonly naming: string;
    }
  | {
      readonly preset: string;
      readonly what: string;
      readonly ok: false;
      readonly message: string;
      readonly next: string;
    };

/** What it is and the one form that it is kept in; undefined where the paste is nothing of the kind. */
export function pastedParts(pasted: string): PastedParts | undefined {
  const text = asJson(pasted) ?? awsLines(pasted);
  if (text === undefined) return undefined;
  if (
    /"(?:type)"\s*:\s*"(?:service_account|authorized_user|external_account|impersonated_service_account)"/.test(text)
  ) {
    const read = readGoogleCredential(text);
    const what = /"service_account"/.test(text) ? 'a service-account file of Google' : 'a sign-in file of gcloud';
    if (!read.ok) return { preset: VERTEX, what, ...read };
    // Google's file stays as it is: its id and project tell later whose it was.
    const kept = JSON.stringify(JSON.parse(text));
    return { preset: VERTEX, what, ok: true, text: kept, naming: namingPart(kept) ?? '' };
  }
  if (!/"(?:access_?key_?id|aws_access_key_id|secret_?access_?key|aws_secret_access_key)"/i.test(text))
    return undefined;
  const read = readAwsCredentials(text);
  const what = 'a pair of AWS access keys';
  if (!read.ok) return { preset: BEDROCK, what, ...read };
  // In one spelling, so that every part is known by its name.
  return { preset: BEDROCK, what, ok: true, text: JSON.stringify(read.value), naming: read.value.accessKeyId };
}

function asJson(pasted: string): string | undefined {
  const text = pasted.trim();
  if (!text.startsWith('{')) return undefined;
  try {
    JSON.parse(text);
    return text;
  } catch {
    return undefined;
  }
}

const LINE = /\baws_(access_key_id|secret_access_key|session_token)["']?\s*[=:]\s*["']?([A-Za-z0-9/+=]{16,})/gi;

/** `~/.aws/credentials`, `export AWS_…`, `.env`: as JSON; undefined unless the pair is there. */
function awsLines(pasted: string): string | undefined {
  const parts: Record<string, string> = {};
  for (const [, name = '', value = ''] of pasted.matchAll(LINE)) parts[`aws_${name.toLowerCase()}`] ??= value;
  return parts.aws_access_key_id && parts.aws_secret_access_key ? JSON.stringify(parts) : undefined;
}
