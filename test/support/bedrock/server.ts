/** A server that is Bedrock on the wire: signatures, Converse in JSON and as a binary event stream, errors by header. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { converseRefusal } from './converse-rules.ts';
import { converseStreamEvents, exceptionBytes, USAGE } from './event-bytes.ts';
import { type AwsAccount, signatureRefusal } from './verify-signature.ts';

// biome-ignore lint/suspicious/noExplicitAny: a wire body
type Wire = any;

export interface Seen {
  readonly path: string;
  readonly body: Wire;
  readonly headers: IncomingMessage['headers'];
}

export interface BedrockServer {
  readonly url: string;
  readonly seen: Seen[];
  /** The signatures that came, good and bad. */
  readonly signatures: string[];
  stop(): void;
}

const MODELS = /^(?:(?:us|eu|apac|global)\.)?(?:anthropic\.claude|amazon\.nova|meta\.llama)[\w.:-]*$/;
const PROFILE = /^arn:aws:bedrock:[a-z0-9-]+:\d{12}:(?:application-)?inference-profile\/[\w.:-]+$/;

export async function startBedrock(account: AwsAccount): Promise<BedrockServer> {
  const seen: Seen[] = [];
  const signatures: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(request, Buffer.concat(chunks), response));
  });
  const answer = (request: IncomingMessage, bytes: Buffer, response: ServerResponse) => {
    const authorization = request.headers.authorization ?? '';
    signatures.push(...(/(?<=Signature=)[0-9a-f]{64}/.exec(authorization) ?? []));
    const refused = signatureRefusal(request, bytes, account);
    // Nobody promises that what was sent is not told again.
    if (refused) return fail(response, 403, refused.type, `${refused.message} (${authorization})`);
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    if (pathname === '/foundation-models')
      return json(response, { modelSummaries: [{ modelId: 'anthropic.claude-sonnet-4-5-20250929-v1:0' }] });
    const call = /^\/model\/([^/]+)\/(converse|converse-stream)$/.exec(pathname);
    if (!call || request.method !== 'POST')
      return fail(response, 404, 'UnknownOperationException', 'Unknown operation');
    const model = decodeURIComponent(call[1] as string);
    const body = JSON.parse(bytes.toString('utf8')) as Wire;
    seen.push({ path: pathname, body, headers: request.headers });
    if (model.includes('no-access'))
      return fail(
        response,
        403,
        'AccessDeniedException',
        "You don't have access to the model with the specified model ID.",
      );
    if (model.includes('throttled'))
      return fail(response, 429, 'ThrottlingException', 'Too many requests, please wait before trying again.');
    if (!MODELS.test(model) && !PROFILE.test(model))
      return fail(response, 400, 'ValidationException', 'The provided model identifier is invalid.');
    const refusal = converseRefusal(body);
    if (refusal) return fail(response, 400, 'ValidationException', refusal);
    const { content, stopReason } = reply(body);
    if (call[2] === 'converse') {
      return json(response, {
        output: { message: { role: 'assistant', content } },
        stopReason,
        usage: USAGE,
        metrics: { latencyMs: 7 },
      });
    }
    response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream', 'x-amzn-requestid': 'req-1' });
    return stream(response, converseStreamEvents(content, stopReason), model);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    signatures,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Asks for the tool that is offered, once; else says back what it was told. */
function reply(body: Wire): { content: Wire[]; stopReason: string } {
  const last = body.messages.at(-1).content as Wire[];
  const result = last.find((block) => block.toolResult)?.toolResult;
  if (result) return { content: [{ text: `The tool said: ${result.content[0].text}` }], stopReason: 'end_turn' };
  const tool = body.toolConfig?.tools[0]?.toolSpec;
  if (tool) {
    const thinking = body.additionalModelRequestFields?.thinking
      ? [{ reasoningContent: { reasoningText: { text: 'A tool would help.', signature: 'c2lnbmF0dXJl' } } }]
      : [];
    const toolUse = { toolUseId: 'tooluse_1', name: tool.name, input: { city: 'Zürich ☀️' } };
    return { content: [...thinking, { text: 'One moment.' }, { toolUse }], stopReason: 'tool_use' };
  }
  const text = last.map((block) => block.text ?? '').join('');
  return { content: [{ text: `You said: ${text}` }], stopReason: 'end_turn' };
}

function stream(response: ServerResponse, events: Buffer[], model: string): void {
  const bytes = Buffer.concat(events);
  if (model.includes('cut')) {
    response.end(bytes.subarray(0, Math.floor(bytes.length / 2)));
    return;
  }
  if (model.includes('corrupt')) {
    const at = Math.floor(bytes.length / 2);
    response.end(Buffer.from(bytes.with(at, (bytes[at] as number) ^ 0xff)));
    return;
  }
  if (model.includes('late-throttle')) {
    response.end(
      Buffer.concat([
        ...events.slice(0, 2),
        exceptionBytes('throttlingException', { message: 'Too many tokens, please wait before trying again.' }),
      ]),
    );
    return;
  }
  // Cut where no event ends.
  for (let at = 0; at < bytes.length; at += 37) response.write(bytes.subarray(at, at + 37));
  response.end();
}

function json(response: ServerResponse, value: unknown): ServerResponse {
  response.writeHead(200, { 'content-type': 'application/json', 'x-amzn-requestid': 'req-1' });
  return response.end(JSON.stringify(value));
}

function fail(response: ServerResponse, status: number, type: string, message: string): ServerResponse {
  response.writeHead(status, {
    'content-type': 'application/json',
    'x-amzn-requestid': 'req-1',
    'x-amzn-errortype': `${type}:http://internal.amazon.com/coral/com.amazon.bedrock/`,
  });
  return response.end(JSON.stringify({ message }));
}
