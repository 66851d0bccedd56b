/** Facts that no phrase expresses: an empty answer, a completion that holds nothing, a gateway that asked another model. */

import { parseJson } from '../dialects/canonical/json.ts';
import type { Contribution } from './contribution.ts';
import type { Facts } from './facts.ts';
import type { Weights } from './signatures/signature.ts';

export function observe(facts: Facts): Contribution[] {
  const found: Contribution[] = [];
  const add = (id: string, what: string, where: string, value: string, gives: Weights): void => {
    found.push({ id: `observed.${id}`, gives, evidence: { what, where, value: value.slice(0, 160) } });
  };
  const success = facts.status !== undefined && facts.status >= 200 && facts.status < 300;
  if (success && facts.bodyKnown && facts.body.form === 'empty') {
    add('empty-answer', 'the answer is a success without a body', 'response body', '0 bytes', {
      response_format: 3,
      provider_overloaded: 1.8,
      network_reset_or_truncated: 2.4,
    });
  }
  const hollow = facts.bodyKnown ? describeHollow(facts) : undefined;
  if (hollow) add('hollow-answer', hollow.what, 'response body', hollow.value, hollow.gives);
  if (success && facts.body.truncated) {
    add('cut-answer', 'the answer ends in the middle of a value', 'response body', 'cut', {
      network_reset_or_truncated: 3,
      response_format: 1.6,
    });
  }
  const mapped = findMapping(facts);
  if (mapped)
    add(
      'other-model',
      'the gateway sent the request to another model than the one asked for',
      'response body',
      mapped,
      { gateway_config: 4.2, bad_request_parameter: 0.8 },
    );
  if (facts.hostOf) {
    add('host-mismatch', 'the address is another provider’s than the one named', 'request address', facts.host ?? '', {
      wrong_endpoint: 1.2,
      key_wrong_provider: 1.2,
    });
  }
  if (facts.stageCause) {
    add('stage', 'the gateway’s own reading at the time', 'verdict', facts.stageCause, { [facts.stageCause]: 1.2 });
  }
  return found;
}

interface Hollow {
  readonly what: string;
  readonly value: string;
  readonly gives: Weights;
}

/** A completion that came with a success status and says nothing, or says an error in the assistant's voice. */
function describeHollow(facts: Facts): Hollow | undefined {
  if (facts.body.form === 'sse') return describeStream(facts);
  const text = typeof facts.body.value === 'string' ? facts.body.value : '';
  if (/\boutput=\[\]|"output":\s?\[\]|\bchoices=\[\]/.test(text)) {
    return {
      what: 'the answer calls itself complete and holds nothing',
      value: 'output is empty',
      gives: { response_format: 5 },
    };
  }
  const body = asObject(facts.body.value);
  if (!body) return undefined;
  const output = body.output;
  if (Array.isArray(output) && output.length === 0 && body.status === 'completed') {
    return {
      what: 'the answer calls itself complete and holds nothing',
      value: '/output is empty',
      gives: { response_format: 5 },
    };
  }
  const choices = body.choices;
  if (!Array.isArray(choices) || body.error) return undefined;
  if (choices.length === 0)
    return { what: 'the answer holds no choice', value: '/choices is empty', gives: { response_format: 4.4 } };
  const message = asObject(asObject(choices[0])?.message);
  const content = message?.content;
  if (content === '' && !message?.tool_calls && !message?.reasoning_content) {
    return {
      what: 'the answer’s message is empty',
      value: '/choices/0/message/content is empty',
      gives: { response_format: 4.4, content_blocked: 1 },
    };
  }
  if (
    typeof content === 'string' &&
    content.length < 600 &&
    /^\s{0,20}(?:\[?error\]?|exception|upstream error|request failed|错误|出错)\s{0,3}[:：]/i.test(content)
  ) {
    return { what: 'the assistant’s message is an error text', value: content.trim(), gives: { response_format: 5 } };
  }
  return undefined;
}

/** A stream with an event that cannot be read, without its end, or ended in order without one word of content. */
function describeStream(facts: Facts): Hollow | undefined {
  const raw = typeof facts.body.value === 'string' ? facts.body.value : '';
  const damaged = damagedEvent(raw);
  if (damaged !== undefined) {
    return {
      what: 'an event of the stream is no JSON, and the stream goes on behind it',
      value: damaged,
      gives: { response_format: 5.4 },
    };
  }
  if (
    raw === '' ||
    facts.body.layers.some((layer) => (layer.message ?? '') !== '' || layer.codes.some((code) => /^event:/.test(code)))
  )
    return undefined;
  const ended =
    /"finish_?reason":\s?"[a-z]|\[DONE\]|message_stop|"type":\s?"response\.(?:completed|incomplete|failed)"/i.test(raw);
  const content = /"(?:content|text|delta)":\s?"[^"]/.test(raw) || /"tool_calls"/.test(raw);
  if (content)
    return ended
      ? undefined
      : {
          what: 'the stream ends without its closing event',
          value: 'no terminal event',
          gives: { network_reset_or_truncated: 4.4 },
        };
  return ended
    ? {
        what: 'the stream ended in order and held nothing',
        value: 'no content',
        gives: { response_format: 3.6, network_reset_or_truncated: 3.4 },
      }
    : undefined;
}

/** The beginning of the first data line that begins like JSON and is none, though others follow it: nothing was cut off there. */
function damagedEvent(raw: string): string | undefined {
  const lines = raw.split('\n').filter((line) => line.startsWith('data:'));
  const damaged = lines.slice(0, -1).find((line) => /^data:\s*\{/.test(line) && parseJson(line.slice(5)) === undefined);
  return damaged?.trim().slice(0, 120);
}

/** LiteLLM names the group that was asked for beside the error of the model that answered. */
function findMapping(facts: Facts): string | undefined {
  const group = /Received Model Group=([\w./:@-]{2,100})/.exec(facts.body.prose)?.[1];
  const spoken =
    /(?:for|model:?|of) [`'"]?((?:claude|gpt|gemini|o\d|llama|mistral|deepseek|qwen)[\w./:@-]{2,80})/i.exec(
      facts.body.prose,
    )?.[1];
  if (!group || !spoken) return undefined;
  const bare = (name: string): string =>
    name
      .toLowerCase()
      .replace(/^.*\//, '')
      .replace(/[-@:]?\d{6,8}.*$/, '');
  return bare(group).includes(bare(spoken)) || bare(spoken).includes(bare(group)) ? undefined : `${group} → ${spoken}`;
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
