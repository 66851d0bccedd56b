/**
 * Records at rest: raw deflate with a preset dictionary of what nearly every exchange holds (header names, JSON members
 * of the big dialects, step names), which halves a small record again. The dictionary belongs to coding 1 and must
 * never change; a better one becomes coding 2.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** From `learned` on, a coding is that plus the number of a dictionary kept in the database. */
export const CODING = { plain: 0, deflate: 1, learned: 16 } as const;

/** One of dictionaries.ts. */
export interface LearnedDictionary {
  readonly id: number;
  readonly bytes: Uint8Array;
}

/** The most common strings stand last, where deflate refers to them most cheaply. */
const DICTIONARY = Buffer.from(
  `anthropic-ratelimit-requests-remainingx-ratelimit-remaining-tokensx-ratelimit-reset-requestsx-ratelimit-limit-tokens
"type":"invalid_request_error","param":null,"code":"invalid_api_key"Incorrect API key provided{"type":"error","error":
{"error":{"message":"You exceeded your current quota","status":"INVALID_ARGUMENT","type":"authentication_error",
"candidates":[{"content":{"parts":[{"text":"role":"model"},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":
"candidatesTokenCount":"totalTokenCount":"generationConfig":{"maxOutputTokens":"contents":[{"role":"user","parts":
{"type":"message","role":"assistant","content":[{"type":"text","text":"stop_reason":"end_turn","stop_sequence":null,
"usage":{"input_tokens":,"output_tokens":,"cache_read_input_tokens":0,"cache_creation_input_tokens":0
event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"
event: message_stop
data: {"type":"message_stop"}

data: {"id":"chatcmpl-","object":"chat.completion.chunk","created":17,"model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":""},"logprobs":null,"finish_reason":null}]}

data: [DONE]

"tools":[{"type":"function","function":{"name":"","description":"","parameters":{"type":"object","properties":{
"tool_calls":[{"id":"call_","type":"function","function":{"name":"","arguments":"{\\"stream_options":{"include_usage":true}
{"model":"claude-sonnet-4-5","max_tokens":1024,"messages":[{"role":"user","content":"
{"model":"gpt-4o-mini","messages":[{"role":"system","content":"You are a helpful assistant."},{"role":"user","content":"
"}],"temperature":0.7,"max_tokens":256,"stream":true}
{"id":"chatcmpl-","object":"chat.completion","created":17,"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,
"message":{"role":"assistant","content":"","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],
"usage":{"prompt_tokens":,"completion_tokens":,"total_tokens":,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},
"completion_tokens_details":{"reasoning_tokens":0,"accepted_prediction_tokens":0}},"service_tier":"default","system_fingerprint":"fp_"}
{"url":"/v1/messages","url":"/v1/responses","url":"/v1/chat/completions","httpVersion":"1.1","remoteAddress":"127.0.0.1",
"headers":["host","127.0.0.1:4141","connection","keep-alive","accept","application/json","accept-language","*",
"sec-fetch-mode","cors","accept-encoding","gzip, deflate, br","user-agent","OpenAI/JS ","x-stainless-lang","js",
"x-stainless-package-version","x-stainless-os","Linux","x-stainless-arch","x64","x-stainless-runtime","node",
"x-stainless-runtime-version","v24.","x-stainless-retry-count","0","x-stainless-timeout","600","anthropic-version","2023-06-01",
"x-goog-api-client","x-api-key","⟦redacted gateway-key chars …","content-type","application/json","content-length","
"authorization","Bearer ⟦redacted gateway-key 62 chars … #","Bearer ⟦redacted provider-key 164 chars … #
"transfer-encoding","chunked","Content-Type","text/event-stream; charset=utf-8","Content-Type","application/json; charset=utf-8",
"Date","Mon, Tue, Wed, Thu, Fri, Sat, Sun, Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec 2026 GMT","Connection","keep-alive",
"Keep-Alive","timeout=5","cf-cache-status","DYNAMIC","Server","cloudflare","CF-RAY","openai-processing-ms","openai-version",
"2020-10-01","x-request-id","req_","x-keyward-capture","x-keyward-provider","x-keyward-model","x-keyward-attempts","1",
"x-keyward-cache","off"],"body":{"z":,"k":,"c":1,"t":[],"n":[],"o":0,"l":},"credentialFrom":"authorization","routeName":null,
"steps":[["receive","passed","["identify","passed","["authorize","passed","["route","passed","["forward","passed","["respond",
"answered","Answered with status 200.",{"name":"","origin":{"from":"gateway-key","id":"","from":"default","from":"settings",
"from":"preset","id":"openai","from":"provider","from":"provider-key","id":"pk_","version":1},"value":"input":null,null
"attempts":[{"index":0,"provider":"openai","model":"gpt-4o-mini","method":"POST","url":"https://api.openai.com/v1/chat/completions",
"https://api.anthropic.com/v1/messages","https://generativelanguage.googleapis.com/v1beta/models/","sameAs":"request"},
"key":{"id":"pk_","version":1,"label":"","lastFour":"","fingerprint":""},"origins":[],"timings":[,null,null,null,1],
"status":200,"statusText":"OK","responseHeaders":["responseTrailers":[],"responseBody":{"remoteAddress":"127.0.0.1",
"outcome":{"ok":true}}],"answer":{"status":200,"headers":["sameAs":"attempt"},"firstByteUs":},"verdict":{"ok":true,"cause":null,
"stage":null,"message":"Answered.","status":200,"endMs":},"usage":{"inputTokens":,"outputTokens":}}{"request":[{"kind":
"gateway-key","length":,"fingerprint":"","lastFour":"","where":"header authorization"}],"attempt-0":[{"kind":"provider-key",
"length":,"fingerprint":"","lastFour":"","where":"header authorization"}]}`.replaceAll(/\n(?=["{}])/g, ''),
);

/** Not worth the time below this, nor when it saves less than a tenth. */
const SHORTEST_BYTES = 200;

export function compressRecord(
  record: Uint8Array,
  learned: LearnedDictionary | undefined,
): { coding: number; bytes: Uint8Array } {
  if (record.length < SHORTEST_BYTES) return { coding: CODING.plain, bytes: record };
  const dictionary = learned ? withStatic(learned) : DICTIONARY;
  const bytes = deflateRawSync(record, { level: 6, windowBits: 15, memLevel: 8, dictionary });
  if (bytes.length >= record.length * 0.9) return { coding: CODING.plain, bytes: record };
  return { coding: learned ? CODING.learned + learned.id : CODING.deflate, bytes };
}

/** Throws when the coding is of a newer version, its dictionary is gone, or the bytes are damaged. */
export function expandRecord(
  coding: number,
  bytes: Uint8Array,
  dictionaryOf: (id: number) => LearnedDictionary | undefined,
): Buffer {
  if (coding === CODING.plain) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (coding === CODING.deflate) return inflateRawSync(bytes, { dictionary: DICTIONARY });
  const learned = coding >= CODING.learned ? dictionaryOf(coding - CODING.learned) : undefined;
  if (!learned) throw new Error(`this capture is stored in a form unknown to this version (${coding})`);
  return inflateRawSync(bytes, { dictionary: withStatic(learned) });
}

let joined: { of: LearnedDictionary; bytes: Buffer } | undefined;

/** What is likeliest stands last. */
function withStatic(learned: LearnedDictionary): Buffer {
  if (joined?.of !== learned) joined = { of: learned, bytes: Buffer.concat([DICTIONARY, learned.bytes]) };
  return joined.bytes;
}
