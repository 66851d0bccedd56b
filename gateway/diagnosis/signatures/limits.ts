/** What errors say about money, allowances, rates and capacity. */
import type { Signature } from './signature.ts';

const VENDORS = 'makers’ error references';

export const limitSignatures: readonly Signature[] = [
  {
    id: 'quota.exhausted',
    yieldsTo: ['account.billing-inactive', 'rate.per-minute-quota'],
    gives: { quota_exhausted: 5.6, rate_limited: 1.8, account_disabled: 1.2, wrong_endpoint: 0.8 },
    says: 'credit or allowance is used up',
    code: [
      /^(?:insufficient_?(?:quota|balance|credits?|funds|user_quota)(?:_error)?|quota_?exceeded(?:_error)?|quota_?exhausted|credit_?(?:limit|balance_?(?:too_?low|exhausted))|billing_?(?:hard_limit_reached|error|not_enabled|disabled|limit)|BILLING_DISABLED|payment_?required|PaymentRequired|out_of_credits|no_credits?|not_enough_credits?|budget_?exceeded|ExceededBudget|spend_?limit_?exceeded|(?:organization|project)_(?:spend|usage)_limit_exceeded|usage_limit_(?:reached|exceeded)|monthly_limit_(?:reached|exceeded)|daily_limit_exceeded|Arrearage|AccountOverdueError|ServiceOverdue|free_tier_(?:exhausted|limit)|AllocationQuota(?:\.FreeTierOnly)?|SetLimitExceeded|AccountQuotaExceeded|pre_consume_token_quota_failed|InsufficientBalance|exceeded_current_quota_error|ServiceQuotaExceededException|BudgetExceededError|1113|PREPAID|free_quota_exceeded|tokens_exhausted|token_quota_exhausted|insufficient_quota_error)$/i,
    ],
    message: [
      /exceeded your current quota|insufficient (?:\w{1,12} )?(?:balance|credits?|funds|quota|user quota|account balance|token quota|auota)|(?:credit|balance|fund)s?\b[^.\n]{0,30}(?:too low|insufficient|exhausted|depleted|used up|not enough|run out|ran out|is (?:zero|negative|0)|expired|empty)|not enough (?:credits?|balance|funds|quota|money|tokens (?:left|remaining) in)|(?:out of|run out of|ran out of|no (?:more|remaining)|zero) (?:\w{1,10} )?(?:credits?|funds|balance|quota)/i,
      /(?:requires?|needs?) more (?:credits|points|balance)|out of [^.\n]{0,20}quota|quota will be replenished|can only afford|(?:purchase|buy|add) (?:more |some |additional )?(?:credits?|funds|tokens|balance)|top[ -]?up|recharge|payment (?:is )?required|payment method|billing (?:details|hard limit|is not (?:enabled|active)|account (?:is )?(?:disabled|inactive|not))|(?:enable|update|check) (?:your )?(?:plan and )?billing|(?:overdue|unpaid|past[- ]due|outstanding) (?:invoice|payment|balance|bill)|in arrears|payment (?:failed|declined|overdue)|account (?:is )?in good standing/i,
      /(?:monthly|daily|weekly|annual|yearly|5-hour|five-hour|lifetime|session|spend(?:ing)?|budget|usage|cost|credit|plan|subscription|trial|free(?:[- ]tier)?|included|premium)\s(?:\w{1,12}\s){0,2}(?:quota|limit|credits?|allowance|cap|budget|usage)\b[^.\n]{0,40}(?:exceed|reached|exhausted|used up|depleted|hit|ran out|over|consumed|has been)/i,
      /(?:exceed(?:ed|s)?|reached|hit|exhausted|used up|over|consumed|depleted)\s(?:all |of |your |the |its |my |this |for |current |available |maximum |assigned |account |user |token |api |max |included )*(?:monthly|daily|weekly|annual|5-hour|spend(?:ing)?|budget|usage|credit|plan|subscription|free(?:[- ]tier)?|trial|included|lifetime|request)\s(?:\w{1,12}\s){0,2}(?:quota|limit|credits?|allowance|cap|budget)|budget (?:has been )?exceeded|max[_ ]budget|exceededbudget|over budget|spend limit|usage limit/i,
      /\bper[ _-]?day\b|perday|requests? today|daily (?:quota|limit|request|allowance|free)|free-models-per-day|limit: 0\b|24[- ]hours? (?:quota|limit)|\b(?:rpd|tpd)\b|(?:calls?|requests?) ?\/ ?(?:month|day)\b|(?:this|per) month\b[^.\n]{0,30}(?:limit|quota|exceed)|monthly (?:included|usage|quota|limit)|key limit exceeded|resource package/i,
      /余额不足|额度(?:不足|已用(?:尽|完)|已达|用完|耗尽)|(?:账户|账号|余额|余量|用户|令牌|配额|费用|免费|资源包|流量包|积分|点数)[^。\n]{0,10}(?:欠费|不足|耗尽|用尽|用完|超出|已用完|超限)|欠费|请(?:及时)?充值|无可用资源包|套餐(?:已|额度)?(?:用完|到期|过期|耗尽|用尽)|免费额度|配额(?:不足|已用|超|用完)|残高(?:が)?不足|クレジット.{0,6}(?:不足|ありません)|잔액|saldo insuficiente|solde insuffisant|guthaben/i,
    ],
    not: [
      /per[ _-]?minute[^\n]{0,60}|insufficient quota to (?:create|deploy)|token limit|tokens per (?:min|sec)|requests? per (?:min|sec)|\/ ?min\b|\bcontext/i,
    ],
    source: VENDORS,
  },
  {
    id: 'rate.per-minute-quota',
    yieldsTo: ['quota.per-day-quota'],
    gives: { rate_limited: 6, quota_exhausted: 1 },
    says: 'the quota that was exceeded is one of a minute, whatever the words say',
    code: [/per_?minute/i],
    not: [/limit: 0\b/],
    source: 'google.rpc.QuotaFailure: quotaId and quotaMetric name the span',
  },
  {
    id: 'quota.per-day-quota',
    gives: { quota_exhausted: 6, rate_limited: 1 },
    says: 'the quota that was exceeded is one of a day',
    code: [/per_?day/i],
    source: 'google.rpc.QuotaFailure: quotaId and quotaMetric name the span',
  },
  {
    id: 'quota.word',
    yieldsTo: ['quota.exhausted', 'rate.limited', 'request.tokens'],
    gives: { rate_limited: 3, quota_exhausted: 3.1 },
    says: 'some quota was exceeded, it does not say which',
    code: [
      /^(?:RESOURCE_EXHAUSTED|ResourceExhausted|quotaExceeded|OVER_QUERY_LIMIT|dailyLimitExceeded|LimitExceededException|limit_exceeded|userRateLimitExceeded|QuotaExceeded)$/i,
    ],
    message: [
      /\bquota\b[^.\n]{0,40}(?:exceed|exhausted|reached)|exceed\w*[^.\n]{0,30}quota|resource (?:has been )?exhausted|resource exhausted|limit (?:has been )?(?:reached|exceeded)|配额/i,
    ],
    source: 'Google and others',
  },
  {
    id: 'rate.limited',
    yieldsTo: ['quota.exhausted', 'request.tokens'],
    gives: { rate_limited: 5.3, quota_exhausted: 1.6, provider_overloaded: 1.5 },
    says: 'too many requests or tokens in too short a time',
    code: [
      /^(?:rate_?limit(?:ed|_?exceeded|_?error|_?reached(?:_error)?)?|RateLimit(?:Error|Exceeded|Reached)?|too_?many_?requests(?:_error)?|TooManyRequests(?:Exception|Error)?|Throttling(?:Exception|Error|\.\w{1,30})?|ThrottledException|RequestLimitExceeded|SlowDown|slow_down|requests_per_minute|tokens_per_minute|tokens|requests|RATE_LIMIT_EXCEEDED|rateLimitExceeded|concurrency_limit_exceeded|Throttling|LimitRequests|LimitBurst|Throttling\.RateQuota|ProvisionedThroughputExceededException|concurrent_limit|1302|1303|EngineOverloadedRate|upstream_rate_limited)$/i,
    ],
    message: [
      /rate[ -]?limit|too many (?:concurrent |parallel |api |failed )?(?:requests|calls|tokens|connections)|throttl|(?:requests?|calls?|tokens|queries|messages) ?(?:per|\/) ?(?:min|sec|hour)|\b(?:rpm|tpm|qps|tps|rps)\b|per[ _-]?minute|(?:max\w*|organi[sz]ation|concurren\w+)[^.\n]{0,24}concurren|concurrent (?:request|connection|session)s?[^.\n]{0,24}(?:limit|exceed|max)|concurrency (?:limit|exceeded|of)|slow (?:it )?down|reduce (?:your |the )?(?:request )?(?:rate|frequency)|too (?:frequent|fast|quickly)|request (?:frequency|rate)[^.\n]{0,20}(?:exceed|too|limit)|burst (?:rate|limit)|try again in \d/i,
      /请求(?:过于|太|过)?(?:频繁|过快|过多|太多)|频率(?:限制|超|过)|限流|限速|速率(?:限制|超)|并发(?:数|量|请求)?[^。\n]{0,10}(?:超|达|限|过)|调用(?:频率|次数)[^。\n]{0,10}(?:超|达|限)|访问(?:过于)?频繁|请求数(?:超|达|限)|流量(?:控制|限制)|レート制限|リクエストが多すぎ|요청이 너무 많|demasiadas solicitudes|trop de requêtes|zu viele anfragen/i,
    ],
    not: [/no rate limit/i],
    source: VENDORS,
  },
  {
    id: 'capacity.overloaded',
    yieldsTo: [
      'rate.',
      'quota.',
      'auth.',
      'account.',
      'access.',
      'network.',
      'gateway.no-target',
      'request.content',
      'request.context',
    ],
    gives: { provider_overloaded: 5.4, provider_outage: 2.2, rate_limited: 1.6 },
    says: 'the service has no room for the request just now',
    code: [
      /^(?:overloaded(?:_error)?|server_?overloaded|ServerOverloaded|engine_?overloaded(?:_error)?|model_?overloaded|service_?unavailable(?:_error)?|ServiceUnavailable(?:Exception|Error)?|UNAVAILABLE|capacity_?exceeded|no_capacity|server_is_overloaded|ModelNotReady(?:Exception)?|model_?loading|InsufficientCapacity|server_busy|Serving\.Overload|ModelServingError|queue_full|1305|system_busy|INSUFFICIENT_CAPACITY)$/i,
    ],
    message: [
      /over-?load|(?:at|over|no|insufficient|limited|out of|exceed(?:ed|s)?|available|lack of) (?:\w{1,12} )?capacity|capacity (?:exceeded|reached|limit|constraint|is full|issue)|(?:model|service|server|engine|system|backend|provider)s?\b[^.\n]{0,30}(?:is|are|currently|too|very)\s(?:currently |temporarily |too |very |a bit |under )*(?:busy|loading|warming|high load|heavy load|high demand|at capacity)|currently loading|is loading|loading model|warming up|high (?:demand|traffic|load|volume)|heavy (?:load|traffic)|(?:temporarily|currently) (?:unavailable|unable|over)|service (?:temporarily )?unavailable|server (?:is )?busy|no (?:available |idle |free )?(?:workers?|instances?|slots?|gpu|machines?|servers?) (?:available|are available|found)|queue (?:is )?full|not ready|service tier capacity/i,
      /(?:系统|服务|服务器|模型|引擎|当前)[^。\n]{0,10}(?:繁忙|过载|负载|忙碌|拥堵|超载|访问量(?:过大|较大))|稍后(?:再试|重试)|负载(?:已)?(?:饱和|过高|较高)|混雑|過負荷|과부하/i,
    ],
    not: [
      /unavailable for (?:this |your |the )?(?:account|organi[sz]ation|user|project|key)|無効|无可用渠道|no available channel|channel|exceeded? (?:the )?(?:memory|storage) capacity/i,
    ],
    source: VENDORS,
  },
  {
    id: 'capacity.outage',
    yieldsTo: [
      'auth.',
      'access.',
      'account.',
      'quota.',
      'rate.',
      'model.',
      'request.context',
      'request.size',
      'request.content',
      'capacity.overloaded',
      'network.',
      'proxy.',
      'gateway.',
      'clock.',
      'endpoint.unknown',
    ],
    gives: { provider_outage: 4.6, provider_overloaded: 2, upstream_timeout: 0.8 },
    says: 'the provider failed by itself',
    code: [
      /^(?:server_error|internal_?(?:server_?)?error|InternalServerError|InternalError(?:\.\w{1,30})?|InternalServerException|InternalFailure|INTERNAL|api_error|upstream_error|bad_gateway|provider_error|UNKNOWN_ERROR|InternalServiceError|ServiceError|backend_error|system_error|unknown_error|inference_error|ModelErrorException|ModelStreamErrorException)$/i,
    ],
    message: [
      /internal (?:server |service |system |api )?(?:error|failure|fault|exception)|server (?:had|encountered|has) an (?:\w{1,12} )?error|(?:an )?error (?:occurred|was encountered) while (?:processing|running|handling|generating)|bad gateway|(?:something|it) (?:went|has gone) wrong|unexpected (?:server |internal )?(?:error|condition)|provider (?:returned error|disconnected|error)|upstream (?:error|provider (?:error|failed)|server error|returned)|(?:server|service|backend|origin) (?:is )?(?:down|failed|crash|unhealthy|error\b)|no (?:healthy|live) (?:upstream|backend)|failure to get a peer|web server is down|web server returned an unknown error|unknown error|service outage|incident|llama runner|runner process|cuda (?:error|out of memory)|out of memory|(?:not enough|insufficient|requires? more|more) (?:\w{1,12} )?memory|model (?:failed|crashed|runner)|failed to (?:generate|process)|inference (?:failed|error)/i,
      /内部(?:服务(?:器)?)?(?:错误|异常|故障)|服务(?:器)?(?:异常|错误|出错|故障|不可用|内部)|系统(?:异常|错误|故障)|上游(?:服务)?(?:错误|异常|返回)|未知错误|内部エラー|サーバーエラー|error interno|erreur interne|interner (?:server)?fehler|внутренняя ошибка/i,
    ],
    source: VENDORS,
  },
];
