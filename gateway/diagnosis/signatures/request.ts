/** What errors say about the request itself: its parameters, size, content and address. */
import type { Signature } from './signature.ts';

const VENDORS = 'makers’ error references';

/** Whatever names its fault more closely than "bad request". */
const SAYS_MORE = [
  'auth.',
  'access.permission',
  'access.model',
  'access.region',
  'account.',
  'quota.',
  'rate.',
  'model.',
  'request.context',
  'request.size',
  'request.content',
  'request.tokens',
  'clock.',
  'network.',
  'proxy.',
  'gateway.',
  'capacity.',
  'endpoint.unknown',
] as const;

export const requestSignatures: readonly Signature[] = [
  {
    id: 'request.context',
    yieldsTo: ['request.tokens', 'rate.limited', 'clock.'],
    gives: { context_too_long: 6, bad_request_parameter: 1.6, payload_too_large: 1.6 },
    says: 'the prompt is longer than the model’s window',
    code: [
      /^(?:context_?length_?exceeded|context_?window_?exceeded|ContextWindowExceeded(?:Error)?|prompt_?too_?long|max_?tokens_?exceeded_?context|string_above_max_length_prompt|token_?limit_?exceeded|input_?too_?long|tokens_limit_reached|exceed_context_size_error|model_context_window_exceeded|1261|request_too_long|context_too_long|RequestTooLong)$/i,
    ],
    message: [
      /(?:maximum|max|model['’]?s?|allowed|supported) (?:\w{1,10} )?context (?:length|window|size)|context[ _-](?:length|window|size|limit)[^.\n]{0,50}(?:exceed|over|too|is|of \d|full|reached|insufficient)|(?:exceed\w*|over|beyond|larger than|longer than|greater than|outside|fit (?:in|into|within))[^.\n]{0,50}context(?:[ _-](?:length|window|size|limit))?|context (?:overflow|is full)/i,
      /(?:prompt|input|conversation|messages?|inputs?|query|text|history|document|sequence)s?\b[^.\n]{0,16}(?:is|are|was) too (?:long|large)\b(?! for (?:the )?file)[^.\n]{0,60}(?:token|model|prompt|maximum|reduce|shorten|length)?|too many (?:input |prompt |total )?tokens(?! per)|(?:prompt|input) (?:is )?too long|input is too long|reduce the length of|shorten (?:your|the) (?:prompt|input|message)|(?:reduce|shorter|trim|truncate)[^.\n]{0,24}(?:prompt|input|messages|history|context)/i,
      /(?:input|prompt|total|request|number of|\d) ?(?:token|tokens)\b[^.\n]{0,24}(?:count|length|number|size)?[^.\n]{0,60}(?:exceed|greater than|larger than|more than|over the|must (?:be|have)|> ?\d|>= ?n_ctx|longer than)|tokens? (?:limit|count|number)[^.\n]{0,30}exceed|exceed\w*[^.\n]{0,40}(?:maximum|max|allowed|limit)[^.\n]{0,30}(?:tokens|input length|token (?:count|limit|length)|prompt length)|range of input length should be|n_ctx|max_(?:seq_len|model_len|position|input_tokens|input_length)|maximum (?:input|prompt|sequence|token|number of (?:input )?tokens)[^.\n]{0,16}(?:length|limit|tokens|size|allowed)|(?:model|input|prompt|maximum|max) token limit|cannot truncate to|\binputs?\b tokens? \+ |sequence length (?:is longer|exceeds)/i,
      /(?:上下文|输入|提示词|prompt|token|tokens|请求内容|文本|消息|对话)[^。\n]{0,16}(?:长度|数量|数|总量|窗口|过长|太长)?[^。\n]{0,10}(?:超过|超出|过长|太长|超限|大于|超长)[^。\n]{0,20}|コンテキスト長|トークン数.{0,10}(?:超|上限)/i,
    ],
    not: [
      /(?:tokens? per (?:min|day|sec|hour)|\btpm\b|\btpd\b)|max_?(?:completion_|output_|new_)?tokens['"`]?:? (?:\d|is too|must|should|cannot|exceeds? (?!context))|output tokens? for|maximum allowed number of output tokens|频|并发|额度|余额|请求数|速率/i,
    ],
    source: VENDORS,
  },
  {
    id: 'request.size',
    yieldsTo: ['request.context', 'request.tokens', 'rate.limited', 'clock.'],
    gives: { payload_too_large: 5.6, context_too_long: 1.8, bad_request_parameter: 1.2, proxy_interference: 1 },
    says: 'the request is bigger, in bytes, than what is accepted',
    code: [
      /^(?:request_too_large|payload_too_large|PayloadTooLarge(?:Error)?|entity\.too\.large|EntityTooLarge|RequestEntityTooLarge|FUNCTION_PAYLOAD_TOO_LARGE|file_too_large|image_too_large|RequestBodyTooLarge|MaxMessageLengthExceeded|RequestTooLarge|content_length_exceeded|BodyTooLarge|413001)$/i,
    ],
    message: [
      /(?:request |payload|entity|body|content|file|image|upload|attachment|document|message|audio|pdf|data)s?\b(?: entity| body| payload| content| size)?[^.\n]{0,30}(?:is |are |was |too )*(?:too large|too big|exceeds? (?:the )?(?:maximum|max|limit|allowed|size|\d))|request exceeds the maximum size|maximum (?:request |content |body |file |payload |upload |image |message )+(?:body )?size|(?:size|length) (?:limit|exceed)|larger than (?:the )?(?:maximum|allowed|max|max_body)|exceed\w*[^.\n]{0,40}(?:\d ?(?:mb|kb|mib|kib|bytes)\b|byte limit|size limit|file size|body size|maximum size)|(?:mb|bytes|kb) (?:maximum|limit|exceeded)|client intended to send too large body|body limit|length limit exceeded/i,
      /(?:文件|图片|请求体|请求|音频|附件|内容)[^。\n]{0,8}(?:过大|太大|大小超|超过(?:最大)?(?:大小|\d+ ?m))|サイズが大きすぎ|ファイルサイズ/i,
    ],
    not: [
      /request too large for|tokens per (?:min|day)|\btpm\b|context (?:length|window)|max_?tokens|too large (?:for|to fit)[^.\n]{0,20}model/i,
    ],
    source: 'makers, nginx, Express, Vercel, API gateways',
  },
  {
    id: 'request.tokens-per-minute-size',
    gives: { rate_limited: 6, payload_too_large: 2.6, context_too_long: 2.4, quota_exhausted: 1.5 },
    says: 'this one request asks for more tokens than the allowance of a minute',
    message: [
      /request too large for[^\n]{0,200}(?:tokens per|\btpm\b)|(?:tokens per min|\btpm\b)[^\n]{0,60}requested \d/i,
    ],
    source: 'OpenAI, Groq',
  },
  {
    id: 'request.content',
    gives: { content_blocked: 5.9, bad_request_parameter: 0.8, response_format: 1 },
    says: 'the content was refused by a safety check',
    code: [
      /^(?:content_?filter(?:ed)?|content_?policy(?:_violation)?|content_?blocked|ResponsibleAIPolicyViolation|data_?inspection_?failed|DataInspectionFailed|moderation_blocked|PROHIBITED_CONTENT|BLOCKLIST|SAFETY|RECITATION|SPII|IMAGE_SAFETY|sensitive|SensitiveContentDetected(?:\.\w{1,30})?|safety_violation|policy_violation|input_?blocked|output_?blocked|guardrail_intervened|InternalError\.Algo\.DataInspectionFailed|content_moderation|unsafe_content|harmful_content|flagged|1301|refusal|moderation_error|ContentPolicyViolationError|risk_control|InvalidPrompt|invalid_prompt)$/i,
    ],
    message: [
      /\bcensor(?:ed|ship)?\b|content\b[^.\n]{0,60}\b(?:is|was|been|were) (?:blocked|rejected|refused|censored|filtered)|content (?:management|filter\w*|moderation|polic\w+|safety|is blocked|blocked|violation|exists risk)|(?:flagged|blocked|rejected|refused|filtered|denied) (?:by|due to|because|for|as)[^.\n]{0,40}(?:safety|moderation|content|polic|filter|harm|sensitiv|guardrail|prohibit|unsafe|inappropriate|violat)|(?:safety|moderation|responsible ai|guardrail)s?\b[^.\n]{0,24}(?:system|filter|block|reject|flag|violat|intervened|reasons?|check|polic|setting)|inappropriate (?:content|input)|(?:violat\w+|against)[^.\n]{0,30}(?:usage|content|safety|use) polic|block_?reason|prohibited[_ ]content|(?:sensitive|unsafe|harmful|explicit|offensive|nsfw) (?:content|words?|text|material|information)|was blocked (?:by|due)|invalid prompt: your prompt was flagged|requires moderation|input was flagged|potentially violating|recitation/i,
      /(?:敏感|违规|不合规|不当|违法|风险|有害|色情|暴力)(?:内容|词|信息|字眼|数据)?|内容(?:安全|审核|审查|风控|过滤|违规|检测)|安全(?:审核|策略|检查|过滤)|审核(?:不通过|未通过)|コンテンツポリシー|不適切/i,
    ],
    not: [/safety_identifier|unsupported parameter|guardrail restrictions/i],
    source: VENDORS,
  },
  {
    id: 'request.parameter',
    yieldsTo: SAYS_MORE,
    gives: { bad_request_parameter: 4.9, model_not_found: 0.8, context_too_long: 0.6 },
    says: 'a parameter of the request is not accepted',
    code: [
      /^(?:unsupported_?(?:parameter|value|content_type|operation)|unknown_?parameter|invalid_?(?:parameter|value|type|argument|message|messages|json|request_body|schema|image|base64|function_parameters|payload|field|body|input|tool\w{0,20})|InvalidParameter(?:Value|Error)?(?:\.\w{1,30})?|missing_?(?:required_)?(?:parameter|field)|MissingParameter|OperationNotSupported|integer_(?:above_max|below_min)_value|array_above_max_length|string_above_max_length|empty_array|SerializationException|1210|1214|2013|params_error|schema_violation|tool_use_failed|json_validate_failed|invalid_function_parameters)$/i,
    ],
    message: [
      /(?:unsupported|unknown|unrecogni[sz]ed|unexpected|invalid|extra|illegal|bad|undefined|wrong|missing|deprecated) (?:required |request |value |type |input |query |body |content |keyword |function |tool |or )*(?:parameters?|arguments?|fields?|propert(?:y|ies)|options?|values?|inputs?|keys? in|schemas?|roles?|enum|types?|messages?|names? ['"`]|requests? body|payload|request argument|media type|content[- ]type|json)\b/i,
      /does(?:n['’]t| not) support (?:\S{1,40} ){0,3}(?:tool|function|image|vision|stream|json|system|parameter|temperature|audio|reasoning|thinking|input|multi|structured|param|schema|response_format|chat template|prefill|assistant)|not supported (?:with|for|by|in|when|on) (?:this|the|that|your)|(?:extra|additional) (?:inputs|fields|properties|keys)(?: are)? (?:not|n['’]t) (?:permitted|allowed)|field required|value error|input should be|is not of type|failed to (?:parse|deserialize|decode) (?:the )?(?:request|json|body|input)|(?:could not|can(?:no|['’])t|unable to|error) pars(?:e|ing) (?:the )?(?:json|request|body|input|http)|invalid json|json (?:parse|decode|syntax) error in (?:request|body)|malformed (?:request|json|input|body)|body (?:is )?(?:missing|empty|required|not valid json)|expected [^.\n]{1,60}(?:but |, )?(?:got|received|found)|bad request|invalid request|invalid_request_error: /i,
      /参数(?:错误|有误|不正确|不合法|无效|异常|缺失|校验|不能为空|非法|不支持|格式)|(?:请求|输入|入参)(?:参数|格式)[^。\n]{0,8}(?:错误|不正确|有误|不合法)|不能为空|缺少(?:必要|必填|必需)?(?:的)?参数|不支持(?:该|此)?(?:参数|功能|操作)|必须(?:是|为|包含)|パラメータ|パラメーター|リクエストが(?:不正|無効)|파라미터|parámetro|paramètre|parameter ungültig/i,
    ],
    not: [
      /(?:api[ _-]?key|credential|authorization|token) (?:is |was )?(?:required|missing|invalid)|authorization parameter|invalid (?:api key|model)|organization must be verified|authorization参数/i,
    ],
    source: VENDORS,
  },
  {
    id: 'request.wording',
    yieldsTo: [...SAYS_MORE, 'request.parameter'],
    gives: { bad_request_parameter: 3.55, model_not_found: 0.6, context_too_long: 0.6 },
    says: 'the words are those of a request that is not accepted',
    message: [
      /(?:parameter|argument|field|property|option|value|'?max_?(?:completion_|output_)?tokens'?|temperature|top_p|top_k|stop|tools?|tool_choice|response_format|stream\w{0,10}|system|messages?|image|input|role|schema|n|seed|logprobs|thinking|reasoning\w{0,10})['"`]?\b[^.\n]{0,60}(?:is|are|must|should|does|do|can(?:not|['’]t)?|was|were)\s(?:not|be|only|required|unsupported|invalid|deprecated|non-empty|a |an |one of|have|contain|too (?:large|small|high|low|big)|allowed|alternat|missing|greater|less|at least|at most|between|mutually|incorrect|empty|unexpected)/i,
      /\d+ ?> ?\d+|above (?:the )?max(?:imum)? value|less than or equal to|greater than or equal to|out of (?:the )?range|valid range|must (?:be|have|contain|include|start|end|match|alternate|not|provide|follow|specify)\b|should (?:be (?:alternating|a |an |one)|have|contain|not)|cannot be (?:empty|null|blank|used|both|set)|(?:is|are) required\b|required (?:field|parameter|property|key)|maximum allowed number of output tokens|messages? with role|tool_use(?: ids)?|tool_call_id|tool_result|preceding message|roles? (?:must|should) (?:alternate|be)|no (?:user|human) (?:message|query)|cannot both be specified|mutually exclusive|supports? only|only (?:supports?|allowed|accepts?)|use ['"`]?max_completion_tokens|you must provide a|invalid (?:type|value|\w{1,20}) for|invalid '\w/i,
    ],
    not: [
      /(?:api[ _-]?key|credential|authorization|token) (?:is |was )?(?:required|missing|invalid)|authorization parameter|invalid (?:api key|model)|organization must be verified|authorization参数/i,
    ],
    source: VENDORS,
  },
  {
    id: 'request.invalid-type',
    yieldsTo: [...SAYS_MORE, 'request.parameter'],
    gives: { bad_request_parameter: 2 },
    says: 'the error calls itself an invalid request',
    code: [
      /^(?:ValidationException|ValidationError|validation_error|UnprocessableEntity(?:Error)?|unprocessable_entity|INVALID_ARGUMENT|BadRequest(?:Error|Exception)|bad_request|invalid_request_error|invalid_request|InvalidRequest(?:Exception|Error)?|BadRequest|400|FAILED_PRECONDITION|invalid_message)$/i,
    ],
    source: 'OpenAI and those who follow it; used for nearly everything, so a hint only',
  },
  {
    id: 'request.body-not-read',
    gives: { bad_request_parameter: 5.2, key_malformed: 1.4, gateway_config: 1.4, model_not_found: 1.5 },
    says: 'the receiver saw no model or no body at all',
    message: [
      /must provide a model parameter|model=none\b|model (?:is |field )?(?:required|missing)|(?:empty|no|missing) request body|body (?:is|was) (?:empty|missing)|unexpected end of json input[^.\n]{0,30}request|did you send (?:a|the) content-type/i,
    ],
    source: 'OpenAI, LiteLLM',
  },
  {
    id: 'endpoint.unknown',
    yieldsTo: ['auth.', 'model.not-found', 'access.', 'account.', 'quota.'],
    gives: { wrong_endpoint: 5.3, model_not_found: 1.2, gateway_config: 1.2 },
    says: 'there is nothing at that address, method or version',
    code: [
      /^(?:unknown_url|invalid_url|route_not_found|endpoint_not_found|path_not_found|method_not_allowed|MethodNotAllowed|NoSuchRoute|unsupported_api_version|UnsupportedApiVersion|ApiVersionUnsupported|InvalidApiVersionParameter|UnknownOperation(?:Exception)?|incorrect_hostname|NoResourceFoundException|RESOURCE_PATH_NOT_FOUND|resource_not_found|ResourceNotFound|InvalidAction|invalid_hostname|UnknownEndpoint|HttpResourceNotFound|API_NOT_FOUND)$/i,
    ],
    message: [
      /(?:missing|no|without|lacks?) (?:an? )?['"`]?(?:https?:\/\/|protocol|scheme)|(?:unsupported|unknown|invalid) (?:url )?(?:protocol|scheme)\b|no (?:url )?scheme supplied|only absolute urls|no host supplied|invalid url\b|unexpected endpoint or method|page not found|cannot (?:get|post|put|delete|options|head|patch) \/|(?:unknown|unrecogni[sz]ed|invalid|no such|wrong|incorrect|unsupported|non-?existent|undefined) (?:request )?(?:url|path|route|endpoint|api endpoint|uri|api version|hostname|method|resource path|base url)|(?:url|path|route|endpoint|uri|requested resource|resource|api)\b[^.\n]{0,60}(?:was |is |were |could )?(?:not|n['’]t) (?:be )?(?:found|exist|recogni[sz]ed|supported on this (?:server|host)|available at|match)/i,
      /no (?:static )?(?:resource|route|handler|matching route|api|endpoint|service|router?)\b[^.\n]{0,40}(?:found|match|for|exists|registered|with those)|no route(?:s)? (?:matched|and no api)|method not allowed|(?:method|http verb)[^.\n]{0,24}not (?:allowed|supported)|(?:request )?method ['"`]?(?:get|post|put|delete|options)['"`]? (?:is )?not (?:supported|allowed)|api[- ]?version[^.\n]{0,24}(?:not supported|invalid|required|missing|unsupported)|not a chat model|not supported in the v1\/|did you mean to use v1\/|use the (?:responses|chat|v1\/\w+) (?:api|endpoint) instead|(?:endpoint|api) (?:is |has been |was )?(?:deprecated|removed|retired|discontinued|no longer)|resource not found|requested url|unknown api endpoint|unsupported path|incorrect regional hostname|regional hostname/i,
      /(?:接口|路径|地址|端点|请求地址|url|api)[^。\n]{0,10}(?:不存在|未找到|错误|无效|不正确|已下线|不支持)|请求(?:方法|方式)[^。\n]{0,6}(?:不支持|错误|不允许)|ページが見つかりません|エンドポイント.{0,10}(?:存在し|見つか)/i,
    ],
    not: [
      /image url|invalid url.{0,20}(?:image|file)|image_url|\bmodel\b[^.\n]{0,60}not (?:found|exist)|deployment|session not found|file not found|user not found|key not found/i,
    ],
    source: 'makers, frameworks (Express, FastAPI, Gin, Spring), gateways (Kong, APIM, nginx)',
  },
  {
    id: 'endpoint.api-gateway',
    gives: { wrong_endpoint: 5.2, key_missing: 4 },
    says: 'AWS API Gateway says this of a path or method that it does not know',
    message: [/^missing authentication token$/im],
    service: /apigateway|^aws$|execute-api|^unknown$/,
    source: 'AWS documentation of API Gateway',
  },
  {
    id: 'endpoint.not-found-word',
    yieldsTo: ['auth.', 'model.', 'access.', 'endpoint.unknown', 'network.', 'account.', 'quota.', 'gateway.'],
    gives: { wrong_endpoint: 3, model_not_found: 2.2, model_no_access: 0.8 },
    says: 'the answer is a bare "not found"',
    code: [
      /^(?:not_?found(?:_error)?|NOT_FOUND|NotFound(?:Error|Exception)?|no_such_resource|ResourceNotFoundException)$/i,
    ],
    message: [
      /^\W{0,3}(?:(?:error|http|status|code)\W{0,3}){0,2}(?:404)?[\s:,-]{0,4}not found\b|\b404\b[^\n]{0,12}(?:not found|no body|$)|"detail":\s?"not found"/im,
    ],
    source: 'RFC 9110 and habit',
  },
];
