/** Names and statuses that stand inside a sentence: SDK prefixes, exception names, log lines, gRPC texts. */

export interface ProseNames {
  readonly codes: string[];
  readonly status?: number;
}

const STATUS_IN_WORDS = [
  /\b(?:error|status|http|response|code|returned|failed|answer(?:ed)?)(?:[ _-]?(?:code|status))?\s{0,2}(?:is|was|of|with|:|=|\(|-|#)?\s{0,2}\(?["']?([1-5]\d\d)\b/i,
  /^\W{0,4}([45]\d\d)\b(?!\s*(?:tokens|characters|bytes|ms\b|seconds|items))/,
  /\bHTTP\/[\d.]+["']?\s([1-5]\d\d)\b/,
  /\b([45]\d\d)\s(?:Client|Server) Error\b/,
  /\b([45]\d\d)\s(?:Bad Request|Unauthorized|Payment Required|Forbidden|Not Found|Method Not Allowed|Request Timeout|Conflict|Payload Too Large|Request Entity Too Large|Too Many Requests|Internal Server Error|Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out)/i,
  /状态码[:： ]{0,3}([1-5]\d\d)/,
];

const NAMES = [
  /\b([A-Z][A-Za-z]{2,40}(?:Exception|Error|Fault))\b/g,
  /\(([A-Z][A-Za-z]{3,40})\)/g,
  /\b(?:type|code|reason|status|kind)["']?\s{0,2}[:=]\s{0,2}["'`]?([A-Za-z][\w.]{2,60})/g,
  /\b([a-z]{2,20}(?:_[a-z]{2,20}){1,5})\b/g,
  /\b([A-Z]{3,20}(?:_[A-Z]{2,20}){1,5})\b/g,
  /\b(E[A-Z]{4,15}|UND_ERR_[A-Z_]{3,40}|net::ERR_[A-Z_]{3,60})\b/g,
];

/** At most 16 names from the first 3,000 characters. */
export function readProse(text: string): ProseNames {
  const head = text.slice(0, 3_000);
  const codes = new Set<string>();
  for (const pattern of NAMES) {
    for (const match of head.matchAll(pattern)) {
      if (codes.size >= 16) break;
      if (match[1] !== undefined) codes.add(match[1]);
    }
  }
  let status: number | undefined;
  for (const pattern of STATUS_IN_WORDS) {
    const found = pattern.exec(head)?.[1];
    if (found !== undefined) {
      status = Number(found);
      break;
    }
  }
  return { codes: [...codes], status };
}
