/** What gateways and relays say about themselves, and answers that came but cannot be used. */
import type { Signature } from './signature.ts';

export const gatewaySignatures: readonly Signature[] = [
  {
    id: 'gateway.no-target',
    gives: { gateway_config: 5.4, model_not_found: 3, provider_overloaded: 1.4, provider_outage: 1.4 },
    says: 'the gateway has no channel, deployment or provider for that model',
    code: [
      /^(?:no_available_channel|get_channel_failed|channel_not_found|no_healthy_deployments?|no_deployments_available|model_group_not_found|no_provider_configured|provider_not_configured|channel:no_available_key|upstream_not_configured|no_target|unknown_provider|provider_not_found|RouterRateLimitError|do_request_failed_config)$/i,
    ],
    message: [
      /无可用(?:的)?(?:渠道|通道)|没有可用(?:的)?(?:渠道|通道|供应商)|渠道(?:不存在|已禁用|未配置|被禁用|不可用)|no (?:available |healthy |enabled |active )?(?:channels?|deployments?|upstreams? configured|targets?|backends? configured)\b[^.\n]{0,40}(?:available|found|for|under|configured|healthy|selected)?|no deployments available|there are no (?:healthy|available) (?:deployments|channels)|(?:provider|upstream|target|integration|virtual key|config)s?\b[^.\n]{0,24}(?:is |was )?(?:not configured|not set up|misconfigured|not (?:been )?registered)|no (?:provider|upstream|adapter|integration) (?:is )?(?:configured|registered|set)|llm provider not provided|unmapped llm provider|unknown provider/i,
    ],
    source: 'one-api, new-api, LiteLLM, Portkey, Envoy',
  },
  {
    id: 'gateway.config',
    yieldsTo: ['auth.', 'access.', 'account.', 'quota.', 'rate.', 'model.', 'request.', 'network.'],
    gives: { gateway_config: 5, other: 0.5 },
    says: 'the gateway says that its own settings are wrong',
    code: [
      /^(?:config(?:uration)?_error|ConfigurationError|ConfigError|invalid_config(?:uration)?|InvalidConfiguration|gateway_misconfigured|vault_locked|bad_config)$/i,
    ],
    message: [
      /(?:gateway|proxy|router|server|plugin|config(?:uration)?|yaml|settings?)(?: file)?\b[^.\n]{0,30}(?:is |was |are )(?:mis-?configured|not configured|invalid|missing|locked)|mis-?configur|invalid configuration|configuration (?:error|problem|issue)|配置(?:错误|有误|不正确|缺失|文件)/i,
    ],
    not: [/tool_?config|generation_?config|invalid (?:configuration )?parameter/i],
    source: 'gateways in general',
  },
  {
    id: 'gateway.virtual-key',
    gives: { key_invalid_unknown: 3.4, key_malformed: 3.8, key_wrong_provider: 3, gateway_config: 2.4 },
    says: 'the key is not one that this gateway issued',
    code: [/^(?:token_not_found_in_db|invalid_proxy_key|virtual_key_not_found)$/i],
    message: [
      /invalid proxy server token|not found in db|virtual key (?:expected|not found|is (?:not|in))|create key via|malformed api key passed in|ensure key has (?:['"`]?bearer|['"`]?sk-)/i,
    ],
    source: 'LiteLLM',
  },
  {
    id: 'format.unusable',
    yieldsTo: [
      'proxy.',
      'network.cut-json',
      'network.tls',
      'network.dns',
      'network.refused',
      'network.timeout',
      'auth.',
      'quota.',
      'rate.',
      'request.context',
    ],
    gives: { response_format: 4.6, network_reset_or_truncated: 2, proxy_interference: 1.6, gateway_config: 1 },
    says: 'an answer came that the client could not read',
    code: [
      /^(?:AI_(?:TypeValidation|JSONParse|InvalidResponseData|NoContentGenerated|EmptyResponseBody)Error|APIResponseValidationError|JSONDecodeError|ResponseValidationError|invalid_response(?:_error)?|bad_response(?:_body|_status_code)?|UnexpectedResponse|OutputParserException|ResponseNotRead|empty_response|DecodeError|SyntaxError|TypeValidationError|MALFORMED_FUNCTION_CALL|MALFORMED_RESPONSE|UNEXPECTED_TOOL_CALL)$/i,
    ],
    message: [
      /expecting value: line|extra data: line|json ?decode ?error|(?:failed|unable|error|could ?n(?:o|['’])t) (?:to )?(?:pars|decod|deserializ|unmarshal)\w*[^.\n]{0,24}(?:response|answer|output|stream|chunk|event|reply)|invalid json response|(?:response|answer|output|chunk|completion)\b[^.\n]{0,30}(?:is |was |were )?(?:not (?:valid|a valid|parsable)|malformed|empty|invalid|missing (?:field|choices|content)|unreadable|incomplete json)|reading ['"`](?:choices|content|message|delta|0|text|map)['"`]|'nonetype' object is not|keyerror: ['"]?(?:choices|content|data|candidates)|(?:no|empty|missing) (?:choices|content|candidates|message|text|response|output|embedding)s? (?:in|from|was|were|returned|received|generated|found)|list index out of range|type validation failed|unmarshal|unexpected response|invalid response|returned (?:an? )?(?:empty|invalid|unexpected)|text\/html[^.\n]{0,40}(?:expected|instead)|unexpected (?:content-?type|mime ?type|mimetype)|unexpected token (?!['"`]?<)\S{1,3}[^.\n]{0,20}json|(?:返回|响应)[^。\n]{0,8}(?:格式|为空|内容为空|无法解析|解析失败|异常格式)/i,
    ],
    not: [/failed to parse (?:the )?request|invalid json (?:in|body|payload received)|response_format/i],
    source: 'SDKs and client programs',
  },
];
