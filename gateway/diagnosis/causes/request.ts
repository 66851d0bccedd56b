/** Words for causes that lie in the request. */
import type { CauseWords } from './words.ts';

export const requestWords = {
  bad_request_parameter: {
    title: 'Something in the request is not as {provider} wants it.',
    means: 'A parameter, message or value of the request is not accepted.',
    why: 'The program sends options that this model does not know, or messages in an order it does not take.',
    fixes: ['edit-and-replay', 'open-docs', 'use-model', 'retry'],
    probes: ['minimal-request'],
    atGateway: {
      title: 'The request cannot be read.',
      means: 'The body is not what this path expects, so it was not sent on.',
      why: 'The body is not JSON, has no model in it, or its content type names something else.',
      fixes: ['edit-and-replay', 'open-docs', 'retry'],
    },
  },
  context_too_long: {
    title: 'The conversation is too long for this model.',
    means: 'The prompt, with the room kept for the answer, is larger than the model’s window.',
    why: 'The history has grown, or large files and tool results were put into the prompt.',
    fixes: ['edit-and-replay', 'use-model', 'open-docs'],
    probes: ['minimal-request'],
  },
  payload_too_large: {
    title: 'The request is too big to be accepted.',
    means: 'The body has more bytes than the receiver takes, whatever the number of tokens.',
    why: 'Images, files or long histories were sent inside the request, or a server on the way allows little.',
    fixes: ['edit-and-replay', 'open-docs'],
    probes: ['minimal-request'],
    atGateway: {
      title: 'The request is bigger than this gateway accepts.',
      means: 'The body exceeds the bound set in this gateway’s settings; it was not sent on.',
      why: 'Large files were sent inside the request.',
      fixes: ['raise-body-bound', 'edit-and-replay', 'retry'],
    },
  },
  content_blocked: {
    title: 'The content was refused by a safety check.',
    means: 'A filter at {provider} stopped the prompt or the answer. The key is good.',
    why: 'Words in the prompt, in a fetched page or in the history tripped the filter, sometimes wrongly.',
    fixes: ['edit-and-replay', 'use-model', 'open-docs'],
    probes: ['minimal-request'],
  },
  wrong_endpoint: {
    title: 'The request went to an address that does not exist at {provider}.',
    means: 'Base URL, path, method or API version do not name anything that the provider serves.',
    why: 'The base URL lacks or repeats a part such as /v1, belongs to another region or plan, or the program is older than the API.',
    fixes: ['edit-base-url', 'open-docs', 'retry'],
    probes: ['list-models', 'other-base-url'],
    atGateway: {
      title: 'This gateway has nothing at that address.',
      means: 'Path or method are not among those the gateway serves.',
      why: 'The base URL given to the app lacks or repeats a part such as /v1.',
      fixes: ['edit-and-replay', 'connect-app', 'open-docs', 'retry'],
    },
  },
} as const satisfies Record<string, CauseWords>;
