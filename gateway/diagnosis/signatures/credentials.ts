/** What errors say about the credential itself. */
import type { Signature } from './signature.ts';

const VENDORS = 'makers’ error references and SDK sources';

export const credentialSignatures: readonly Signature[] = [
  {
    id: 'auth.missing',
    gives: { key_missing: 5.6, gateway_config: 1.6, key_malformed: 1.5, key_invalid_unknown: 1.5 },
    says: 'no credential arrived',
    code: [
      /^(?:missing_?api_?key|api_?key_?missing|no_?api_?key|missing_(?:authentication|authorization|credentials|token)|no_auth_credentials|NoCredentialsError|CredentialsProviderError|MissingAuthenticationToken|unauthenticated_request|credentials_missing|not_authed|missing_auth_header|NoAuthHandlerFound|DefaultCredentialsError|no_credentials|MissingSecurityHeader|AuthenticationRequired|invalid_auth_header_missing|missing_key)$/i,
    ],
    message: [
      /(?:did(?:n['’]t| not)|have(?:n['’]t| not)|has not|you must|must|need to|needs to|please|should) (?:be )?(?:provided?|supply|supplied|include|specify|set|pass|add|enter|configure|send) (?:a |an |your |the |valid |in |any |me )*(?:openai |anthropic |gemini |google |azure )?(?:api[ _-]?key|access token|auth(?:entication|orization)? (?:token|header|credentials?|key)|bearer token|credentials?|subscription key|token\b)/i,
      /\b(?:no|missing|empty|absent|without|lacks?)\s(?:an? |any |the |valid |required |cookie |user |your )*(?:[\w.-]{0,20}\s)?(?:api[ _-]?key|auth(?:entication|orization)?(?: token| header| credentials?| key| information| data)?|access[ _-]token|bearer(?: token| auth)?|subscription key|credentials?|x-api-key|jwt|secret key|token)\b(?! (?:limit|count|budget|left|match))/i,
      /(?:api[ _-]?key|authorization header|auth(?:entication)? (?:token|header|credentials?)|bearer token|access token|credentials?|x-api-key(?: header)?|subscription key|token)\s(?:is |was |are |were |has |have |header |field |variable |must be )*(?:missing|required|empty|not (?:been )?(?:provided|set|supplied|found in (?:the )?(?:request|header|env)|present|specified|configured|included|given|sent)|absent|unset|blank|undefined|null)\b/i,
      /(?:api_key|apiKey|auth_token|_API_KEY|_TOKEN)\b[^.\n]{0,60}(?:must be set|is (?:missing|required|not set|empty|unset|undefined)|environment variable|to be set|option must|not found in env)/i,
      /(?:set|export|define)[^.\n]{0,30}(?:_API_KEY|_TOKEN|_KEY)\b(?: environment)?/i,
      /environment variable[^.\n]{0,40}(?:not (?:set|found|defined)|missing|unset)/i,
      /unable to locate credentials|could not (?:load|find|resolve) (?:the )?(?:default )?credentials|could not (?:resolve authentication|automatically determine credentials)|credentials were not provided|no valid credentials? (?:sources? )?(?:found|provided)|failed to (?:retrieve|find|load) credentials/i,
      /unregistered callers|without established identity|missing required authentication credential|unauthenticated request|requires authentication|authentication (?:is )?required|authorization required|must be authenticated|not logged in|please (?:log ?in|sign ?in|run \/login)|login required|anonymous (?:access|requests?)[^.\n]{0,20}(?:not|denied|disabled)/i,
      /no token provided|jwt must be provided|no api key (?:found|for|was|is|provided|in|supplied|set)|token required|missing bearer/i,
      /could(?:n['’]t| not) find a (?:secret|key|credential)|no (?:secret|provider key|key) (?:named|with the name|stored|configured|for)/i,
      /(?:未|没有|沒有|缺少|缺失|请)(?:提供|收到|设置|填写|配置|携带|传入|输入|设定|找到)?[^。\n]{0,14}(?:api[ -]?key|令牌|密钥|token|authorization|鉴权|认证信息|apikey|秘钥)|(?:api[ -]?key|令牌|密钥|token|authorization|鉴权参数|apikey)[^。\n]{0,8}(?:不能为空|为空|缺失|未设置|未提供|未填写|未配置|不存在于请求)|未登录|请先登录|APIキーが(?:設定|指定)されていません|認証情報がありません/i,
      /header[^.\n]{0,12}(?:中)?未收到|authorization参数/i,
      /illegal header value b?['"]Bearer ?['"]/i,
    ],
    not: [
      /(?:missing|required|insufficient)[^.\n]{0,20}(?:scopes?|permission)|please (?:provide|pass|use) a (?:valid|correct|new)|make sure to provide a valid|tokens? (?:to keep|limit)|invalid (?:or missing|authentication credential)/i,
    ],
    source: VENDORS,
  },
  {
    id: 'auth.missing-or-invalid',
    gives: { key_invalid_unknown: 4.4, key_missing: 4.1, key_malformed: 2.6, key_revoked: 1.5 },
    says: 'the credential is missing or not valid, it does not say which',
    message: [
      /(?:missing|absent|no)[ ,/]{0,2}(?:or|and|and\/or)?\s(?:invalid|incorrect|malformed|wrong|expired)|(?:invalid|incorrect|malformed|wrong)[ ,/]{0,2}(?:or|and\/or)\s(?:missing|absent|not provided|empty)/i,
      /access token is missing, invalid|is missing or invalid|invalid authentication credentials|缺失或无效|无效或缺失/i,
    ],
    source: VENDORS,
  },
  {
    id: 'auth.rejected',
    gives: {
      key_invalid_unknown: 4.8,
      key_malformed: 3.2,
      key_revoked: 2.4,
      key_wrong_provider: 2.2,
      key_expired: 1.5,
      key_mismatch: 1.2,
    },
    says: 'the key was not accepted, and not why',
    code: [
      /^(?:invalid_?api_?key|api_?key_?invalid|invalid_?(?:auth|authentication|token|credentials?|key|access_?token|x_?api_?key|authentication_error)|incorrect_?api_?key|wrong_?api_?key|authentication_?(?:error|failed|failure|fails)|auth_?(?:error|failed)|UnrecognizedClient(?:Exception)?|InvalidAccessKeyId|InvalidClientTokenId|AuthFailure|InvalidApiKey|AuthenticationError|AuthError|InvalidAuthenticationToken|invalid_authentication_error|InvalidSecretKey|InvalidSubscriptionKey|BadCredentials|bad_api_key|token_invalid|key_invalid|InvalidToken|invalid_grant|authentication_failed_error|ApiKeyInvalid|API_KEY_NOT_FOUND|AUTH_INVALID|not_authorized_invalid_key)$/i,
    ],
    message: [
      /(?:incorrect|invalid|wrong|unknown|unrecogni[sz]ed|bad|inactive|unauthori[sz]ed|illegal)\s(?:or \w{1,12} )?(?:[\w'’.-]{1,20} )?(?:api[ _-]?keys?|x-api-key|auth(?:entication|orization)? ?(?:token|key|header|credentials?|tokens)?|bearer token|access[ _-](?:token|key)|api[ _-]?token|token|credentials?|subscription key|secret key|client secret|key)\b(?! (?:path|size|format|length|pair|type|name|argument|parameter|in the))/i,
      /(?:api[ _-]?key|key|token|access key|credentials?|bearer token|access token|secret|subscription key)(?: (?:you )?(?:provided|supplied|given|used|sent|passed|included in the request|'[^'\n]{0,40}'|"[^"\n]{0,40}"))?\s(?:is|was|are|were|seems|appears(?: to be)?)\s(?:either )?(?:not (?:valid|correct|recogni[sz]ed|found|authori[sz]ed|accepted|known)|invalid|incorrect|wrong|unknown|rejected|unauthori[sz]ed|bad|in-?valid)/i,
      /(?:api[ _-]?key|key|token|credentials?) (?:not (?:valid|found|recogni[sz]ed|accepted|authori[sz]ed|correct)|invalid|rejected|incorrect|verification failed|validation failed|check failed|does not exist|doesn['’]t exist)/i,
      /authentication (?:fail(?:s|ed|ure)?|error|unsuccessful|was unsuccessful)|failed to authenticate|authenticat\w+ failed|could not (?:validate|verify) (?:your )?(?:credentials|api key|token)|unable to (?:authenticate|verify)|(?:auth|login) fail(?:ed|ure)?\b|not authenticated/i,
      /bad credentials|user not found|no such user|invalid username or password|wrong username|username or password|unknown api key|access denied due to invalid|signature verification failed|invalid signature|invalid jwt|jwt (?:invalid|verification)|could not decode token|invalid x-api-key|invalid_auth\b/i,
      /security token included in the request is invalid|access key id you provided does not exist|(?:request had )?invalid authentication credential/i,
      /(?:无效|错误|不正确|非法|无法识别)(?:的)?\s?(?:api[ -]?key|令牌|密钥|token|apikey|key|身份|凭证|凭据|秘钥|鉴权)|(?:api[ -]?key|令牌|密钥|token|apikey|鉴权|认证|身份验证|身份认证|验证|秘钥|签名|key)\s?(?:已)?(?:无效|失败|错误|不正确|不合法|不存在|验证失败|校验失败|无法识别|有误|未通过)|用户不存在|APIキーが(?:無効|正しくありません)|認証に失敗|인증.{0,6}실패|유효하지 않은 (?:API|토큰)/i,
      /(?:clave|llave) (?:de )?api (?:no válida|inválida|incorrecta)|clé (?:d['’])?api (?:non valide|invalide|incorrecte)|ungültiger? (?:api[- ]?(?:schlüssel|key)|token)|chave (?:de )?api inválida|неверный (?:api|ключ|токен)/i,
      /cannot be authenticated|not a valid (?:api[ _-]?key|token|key|credential)|key not (?:found|recognized)|(?:api )?key (?:couldn['’]t|could not|cannot) be (?:found|verified|validated)|permission denied \(publickey/i,
    ],
    not: [
      /invalid (?:token|key)s? (?:count|limit|id\b)|unexpected token|invalid token (?:at|in) (?:position|json)|key (?:not found|does not exist) in (?:dict|json|object)|user not found (?:in|with id)/i,
    ],
    source: VENDORS,
  },
  {
    id: 'auth.unauthorized',
    gives: {
      key_invalid_unknown: 3,
      key_missing: 2.6,
      key_malformed: 1.4,
      key_wrong_provider: 1.4,
      permission_missing: 1,
    },
    says: 'the answer is a bare "unauthorized"',
    code: [
      /^(?:unauthori[sz]ed|unauthenticated|401|not_authorized|UnauthorizedException|UnauthorizedError|UnauthorizedAccess)$/i,
    ],
    message: [
      /\bun-?authori[sz]ed\b|\bunauthenticated\b|authorization (?:failed|error|required)|not authorized\b|access denied\b.{0,30}401|未授权|未经授权|未認証/i,
    ],
    not: [/not authorized to (?:perform|access|use|invoke|view)|unauthorized_client|not authorized for/i],
    source: 'RFC 9110 and habit',
  },
  {
    id: 'auth.expired',
    gives: { key_expired: 5.8, key_invalid_unknown: 1.8, key_revoked: 1.6 },
    says: 'the credential is past its time',
    code: [
      /^(?:ExpiredToken(?:Exception)?|TokenExpired(?:Error)?|api_?key_?expired|expired_?(?:api_?key|token|credentials?)|token_?expired|key_?expired|RequestExpired|CredentialsExpired|JWTExpired|expired_jwt|ACCESS_TOKEN_EXPIRED|session_expired|AuthenticationTokenExpired)$/i,
    ],
    message: [
      /(?:api[ _-]?key|key|token|credentials?|session|jwt|access token|license|secret|login|authorization|subscription key|trial key)\b[^.\n]{0,50}(?:has |have |is |was |are |already |been |session )*\bexpired\b/i,
      /\bexpired (?:api[ _-]?key|token|key|credentials?|jwt|session|access token|license|secret)|jwt expired|past its expir|renew the (?:api )?key|expired_at|(?:key|token) (?:expiry|expiration) (?:date|time) (?:has )?(?:passed|exceeded)|lifetime validation failed|refresh(?:ing)? (?:the )?(?:oauth )?token failed/i,
      /(?:令牌|密钥|token|api[ -]?key|apikey|凭证|key|会话|登录|秘钥|授权)[^。\n]{0,8}(?:已)?(?:过期|失效|到期)|期限切れ|만료/i,
    ],
    not: [
      /signature (?:has )?expired|expired[ ,]{0,2}(?:or|and|\/) ?(?:incorrect|invalid|wrong|revoked|deleted|disabled|malformed|missing)|(?:incorrect|invalid|wrong|revoked|missing|malformed)[ ,]{0,2}(?:or|\/|and) (?:has )?(?:been )?expired|certificate|过期或|无效或(?:已)?过期|验证不正确|credits? (?:have |has )?expired|plan (?:has )?expired|subscription (?:has )?expired|expired, or revoked|request (?:has )?expired/i,
    ],
    source: VENDORS,
  },
  {
    id: 'auth.expired-or',
    gives: { key_invalid_unknown: 4.7, key_expired: 3.6, key_revoked: 3, key_malformed: 2.2 },
    says: 'the key is invalid, expired or withdrawn, it does not say which',
    message: [
      /expired[ ,]{0,2}(?:or|and|\/) ?(?:incorrect|invalid|wrong|revoked|deleted|disabled|malformed|missing)|(?:incorrect|invalid|wrong|missing|malformed|revoked)[ ,]{1,2}(?:expired[ ,]{1,3})?(?:or|\/|and) (?:has |is )?(?:been )?(?:expired|revoked|deleted|disabled|inactive)|过期或(?:无效|不正确|错误)|(?:无效|错误|不正确)或(?:已)?过期|已过期或验证不正确|token expired or incorrect/i,
    ],
    source: 'Zhipu, SendGrid, GitLab and others',
  },
  {
    id: 'auth.revoked',
    gives: { key_revoked: 5.8, account_disabled: 1.8, key_invalid_unknown: 1.6 },
    says: 'the key was taken out of service',
    code: [
      /^(?:api_?key_?(?:revoked|disabled|deleted|inactive|blocked|leaked)|token_?(?:revoked|inactive|disabled|deleted)|revoked_?(?:api_?key|token)|key_?(?:revoked|disabled|deleted|blocked)|TokenRevoked|invalid_grant_revoked|account_inactive_token|KeyDisabled|AccessKeyDisabled|InactiveAccessKey|API_KEY_DISABLED|leaked_key)$/i,
    ],
    message: [
      /(?:api[ _-]?keys?|key|token|credentials?|secret|access key|certificate for this key|session)\b[^.\n]{0,50}(?:has|have|is|was|were|been|got|already)\s(?:been |automatically |temporarily |permanently )*(?:revoked|disabled|deleted|deactivated|invalidated|blocked|suspended|withdrawn|banned|removed|rotated|leaked|compromised|terminated|inactive|not active|no longer (?:valid|active|exists))/i,
      /\b(?:revoked|disabled|deleted|deactivated|invalidated|leaked|compromised|blocked) (?:api[ _-]?key|token|key|credentials?|access key)|reported as leaked|key is blocked|has been flagged as leaked|publicly (?:exposed|leaked)|consumer ['"]?api_key:[^'"\n]{0,80}['"]? has been suspended|access key[^.\n]{0,30}inactive/i,
      /(?:令牌|密钥|api[ -]?key|apikey|token|key|秘钥)[^。\n]{0,10}(?:已被|被|已|状态)(?:禁用|吊销|撤销|删除|封禁|停用|注销|不可用|作废|冻结|泄露)|无効化され/i,
    ],
    not: [
      /(?:invalid|expired|incorrect)[ ,]{1,2}(?:expired[ ,]{1,3})?(?:or|\/) (?:has |is )?(?:been )?(?:revoked|deleted|disabled)|tool|function/i,
    ],
    source: VENDORS,
  },
  {
    id: 'auth.mismatch',
    gives: { key_mismatch: 5.4, permission_missing: 1.8, key_invalid_unknown: 1.6, key_wrong_provider: 1.2 },
    says: 'the key belongs to another account, organisation, project or mode than the request',
    code: [
      /^(?:mismatched_(?:organization|project|tenant)|invalid_organization|organization_mismatch|project_mismatch|CONSUMER_INVALID|tenant_mismatch|invalid_tenant|InvalidTenant|TenantMismatch|IncorrectProject|key_user_mismatch|invalid_user|wrong_organization|header_mismatch|no_such_organization|livemode_mismatch|USER_PROJECT_DENIED|InvalidAuthenticationTokenTenant)$/i,
    ],
    message: [
      /invalid user associated|(?:user|organi[sz]ation|project|account|workspace|tenant|team|group|owner)\b[^.\n]{0,40}(?:associated with|linked to|of|for) (?:this|the|your) (?:api )?(?:key|token)[^.\n]{0,30}(?:does not|doesn['’]t|is not|not|mismatch|invalid|differ)/i,
      /(?:key|token|credentials?)\b[^.\n]{0,40}(?:does(?:n['’]t| not)|is not|isn['’]t|not) (?:belong|associated|match|issued|linked|tied|authori[sz]ed)[^.\n]{0,20}(?:to|with|for|by)?[^.\n]{0,24}(?:organi[sz]ation|project|account|user|workspace|tenant|resource|team|group|owner|application|environment|subscription)/i,
      /(?:openai-)?organi[sz]ation header[^.\n]{0,30}(?:match|should)|no such organi[sz]ation|(?:org|organi[sz]ation|project|tenant|account|group)[ _-]?(?:id)?\b[^.\n]{0,24}(?:mismatch|does(?:n['’]t| not) match|do not match|not match)|mismatch(?:ed)? (?:between )?[^.\n]{0,30}(?:organi[sz]ation|project|account|tenant|user|key)/i,
      /(?:a )?similar object exists in (?:live|test) mode|(?:live|test)[ -]mode key was used|token tenant[^.\n]{0,40}does not match|wrong (?:issuer|tenant|audience)|issuer[^.\n]{0,60}must match (?:one of )?the tenant|another (?:user|account|organi[sz]ation|project|tenant)['’]?s|belongs to (?:a different|another)/i,
      /(?:密钥|令牌|token|key)[^。\n]{0,10}(?:不属于|与)[^。\n]{0,14}(?:不匹配|不符|不一致|组织|项目|用户|账号)|不属于(?:该|此)?(?:用户|组织|项目|账号)/i,
    ],
    source: VENDORS,
  },
  {
    id: 'auth.wrong-kind',
    gives: {
      key_wrong_provider: 5.4,
      key_malformed: 2.2,
      permission_missing: 1.8,
      key_invalid_unknown: 1.6,
      wrong_endpoint: 1.5,
    },
    says: 'this service or path wants another kind of credential',
    code: [
      /^(?:ACCESS_TOKEN_TYPE_UNSUPPORTED|unsupported_(?:auth|token|credential)(?:_type)?|wrong_key_type|token_type_not_supported|invalid_token_type|CREDENTIALS_TYPE_UNSUPPORTED|not_allowed_token_type|invalid_audience|InvalidAuthenticationTokenAudience)$/i,
    ],
    message: [
      /(?:api[ _-]?keys?|oauth(?: ?2)?(?: access)? ?(?:authentication|tokens?)?|personal access tokens?|tokens?|this (?:type|kind) of (?:key|token|credentials?)|basic auth\w*|session (?:keys?|tokens?)|credentials?) (?:is|are) (?:currently )?(?:not|n['’]t) (?:currently )?(?:supported|accepted|valid for|usable|permitted (?:for|on) this (?:endpoint|api|service))/i,
      /expected oauth|expects? (?:an? )?(?:oauth|access token|api key|bearer|session|user token)|(?:requires?|must be|use) (?:an? |your )?(?:session|publishable|secret|user|service account|oauth|management|admin(?:istration)?|provisioning|standard|bot) (?:key|token)|not a (?:secret|publishable|management) key|with (?:a )?publishable key/i,
      /(?:key|token) (?:is |was )?(?:for|from|of) (?:a )?(?:different|another|other|the wrong) (?:service|provider|region|platform|endpoint|environment|api)|wrong (?:type|kind) of (?:key|token|credential)|(?:key|token) type (?:is )?(?:not|in)|only be (?:authorized|used) (?:for use )?with (?:claude code|kimi|the coding)|not (?:a|an) (?:openai|anthropic|gemini|azure) key|(?:coding|subscription) plan key|cannot be used (?:with|for|on) (?:this|the) (?:api|endpoint|service)/i,
      /token audience|audience (?:is )?(?:invalid|incorrect|mismatch)|密钥类型(?:错误|不支持|不匹配)|不支持(?:该|此)?(?:类型的)?(?:密钥|令牌|key)/i,
    ],
    source: VENDORS,
  },
  {
    id: 'auth.malformed',
    gives: { key_malformed: 5.6, key_missing: 1.8, key_invalid_unknown: 1.8, key_wrong_provider: 1.6 },
    says: 'the credential does not have the form of one',
    code: [
      /^(?:malformed_?(?:api_?key|token|authorization|auth_header|jwt)|invalid_?(?:api_?key|key|token)_?format|IncompleteSignature(?:Exception)?|InvalidHeader|ERR_INVALID_CHAR|ERR_INVALID_HEADER_VALUE|JsonWebTokenError|invalid_authorization_header|AuthorizationHeaderMalformed|InvalidAuthenticationInfo|bad_authorization_header|invalid_header|LocalProtocolError|UnicodeEncodeError)$/i,
    ],
    message: [
      /malformed (?:api[ _-]?key|token|jwt|auth|bearer|credential|key)|(?:jwt|token|api[ _-]?key|key|authorization(?: header)?|credentials?|auth header)[^.\n]{0,20}\b(?:is |was |are )?(?:malformed|incorrectly formatted|badly formatted|improperly formatted|not (?:properly |correctly |well[ -])formatted|ill[- ]formed|of (?:an )?invalid (?:format|length))|(?:invalid|wrong|incorrect|unsupported|bad) (?:api[ _-]?key|token|authorization|auth|key|credential|bearer)[ -]?(?:header )?(?:format|length|prefix|syntax|structure)/i,
      /(?:api[ _-]?key|key|token)s?\b[^.\n]{0,30}(?:must|should|expected to|needs to|has to|does not|doesn['’]t) (?:start|begin) with|expected to start with|must (?:start|begin) with ['"`]?(?:sk|bearer)|authorization header (?:must|should) (?:be|start|begin|use)|missing (?:the )?['"`]?bearer['"`]? (?:prefix|keyword|scheme)|must be in the format|should be ['"`]?bearer|wrong number of segments|not enough segments/i,
      /illegal header value|invalid header (?:value|field value|field|name)|invalid character in header|not a legal http header|invalid return character or leading space|leading whitespace, reserved character|header[^.\n]{0,40}(?:contains?|with) (?:invalid|illegal|control|non-ascii|newline)|(?:newline|line break|carriage return|crlf|cr\/lf|control) ?(?:character)?s?[^.\n]{0,24}header|header[^.\n]{0,24}newline/i,
      /codec can(?:no|['’])t encode characters?|cannot convert (?:argument|string) to (?:a )?bytestring|ordinal not in range\(|non-(?:ascii|iso-8859-1) (?:character|code point)|value is greater than 255|contains non-iso|unexpected char 0x/i,
      /invalid key=value pair|missing equal-sign|authorization header requires|credential must have|(?:令牌|密钥|api[ -]?key|token|apikey|鉴权头)[^。\n]{0,8}(?:格式|长度)(?:不正确|错误|有误|无效|不对)|格式(?:不正确|错误)的(?:令牌|密钥|token)/i,
    ],
    not: [/\bmodel\b.{0,20}must start|invalid header (?:content-length|host)/i],
    source: 'HTTP clients of Node, Python, Go, Java; gateways',
  },
  {
    id: 'auth.signature',
    gives: { key_malformed: 4.2, gateway_config: 3.9, key_invalid_unknown: 3.4, clock_skew: 1.2 },
    says: 'the signature over the request does not fit: wrong secret, or something changed the request after signing',
    code: [
      /^(?:SignatureDoesNotMatch|InvalidSignature|signature_mismatch|SignatureNotMatch|InvalidSignatureException)$/i,
    ],
    message: [
      /signature (?:we calculated|provided|in the request)?[^.\n]{0,40}does not match|signatures? (?:do|does) not match|signature mismatch|签名(?:不匹配|不一致|错误|验证失败)/i,
    ],
    not: [/signature expired|not yet current/i],
    source: 'AWS Signature V4, Aliyun, Tencent Cloud',
  },
];
