/** What errors say about permissions, models, places and accounts: the key is known, and still it is no. */
import type { Signature } from './signature.ts';

const VENDORS = 'makers’ error references';

export const accessSignatures: readonly Signature[] = [
  {
    id: 'access.permission',
    yieldsTo: [
      'auth.rejected',
      'auth.expired',
      'auth.revoked',
      'auth.missing',
      'auth.mismatch',
      'auth.wrong-kind',
      'auth.malformed',
      'auth.signature',
      'access.model',
      'access.region',
      'account.disabled',
      'quota.exhausted',
      'network.',
      'proxy.corporate',
      'clock.',
    ],
    gives: { permission_missing: 5.2, model_no_access: 1.8, account_disabled: 1, key_mismatch: 1.2 },
    says: 'the key is known but lacks a right',
    code: [
      /^(?:permission_?(?:denied|error|missing)|PERMISSION_DENIED|insufficient_?(?:permissions?|scope|privileges|rights)|missing_?scopes?|AccessDenied(?:Exception)?|IAM_PERMISSION_DENIED|PermissionDenied|NotAuthorized(?:Exception)?|UnauthorizedOperation|AuthorizationFailed|AuthorizationPermissionMismatch|SERVICE_DISABLED|API_KEY_SERVICE_BLOCKED|API_KEY_HTTP_REFERRER_BLOCKED|API_KEY_IP_ADDRESS_BLOCKED|API_KEY_ANDROID_APP_BLOCKED|API_KEY_IOS_APP_BLOCKED|ACCESS_TOKEN_SCOPE_INSUFFICIENT|ip_not_(?:authorized|allowed|whitelisted)|scope_not_granted|role_required|request_forbidden|RequestDenied|REQUEST_DENIED|Forbidden\.RAM|NoPermission)$/i,
    ],
    message: [
      /insufficient (?:permissions?|scopes?|privileges?|authori[sz]ation|rights|access rights)|missing (?:the )?(?:required )?(?:scopes?|permissions?|privileges?|role)|(?:do|does)(?:n['’]t| not) have (?:the )?(?:sufficient |required |necessary |enough |correct |proper |any |['"`][\w.:-]{1,60}['"`] )*(?:permissions?|privileges?|rights|scopes?|roles?|authori[sz]ation)|lack(?:s|ing)? (?:of )?(?:the )?(?:required |necessary |sufficient )*(?:permissions?|data action|privileges?|scopes?|role)/i,
      /not authori[sz]ed to (?:perform|access|use|invoke|call|view|make|create)|is not (?:allowed|permitted) to (?:perform|access|use|call|invoke|view|make|sample|create)|not allowed to (?:access|use|call|perform) (?:this|the) (?:endpoint|resource|api|operation|route|action)|permission ['"`]?[\w.]{3,80}['"`]? denied|permission denied (?:on|for|to)|permission[_ ]denied|does not have access to (?:the )?(?:api|operation|resource|endpoint|this)|access (?:to (?:this|the) (?:resource|endpoint|api|operation|page)[^.\n]{0,20})?(?:is |was |has been )?(?:denied|forbidden|restricted|not permitted)/i,
      /has not been used in project|(?:api|service)[^.\n]{0,50}(?:is|are|has been) (?:not enabled|disabled|blocked)[^.\n]{0,30}(?:project|enable|for this)?|requests to this api[^.\n]{0,90}are blocked|(?:enable|activate) (?:it|the api|this api) by visiting/i,
      /requests? from (?:this |the )?(?:referer|referrer|ip|android|ios)[^.\n]{0,90}(?:blocked|not allowed)|(?:ip|address|site|referr?er|mobile application|origin|domain)[^.\n]{0,50}(?:is )?not (?:authori[sz]ed|allowed|permitted|whitelisted|in the (?:allow|white)[ -]?list)|(?:ip|address)[^.\n]{0,30}(?:allow|white)[ -]?list/i,
      /required (?:role|permission|scope|privilege)|requires? (?:the )?['"`]?[\w:./ -]{2,60}['"`]? (?:permission|role|scope|privilege)|resource not accessible by|must have (?:admin|owner|write|read|push) (?:rights|access|permission)|restricted (?:api )?key|(?:token|key)[^.\n]{0,30}(?:read-only|readonly|limited to(?! \d)|restricted to)|not have sufficient permissions|sufficient permissions/i,
      /guardrail restrictions|data policy|no allowed providers|sso|saml (?:enforcement|authentication|single)|(?:virtual network|firewall)[^.\n]{0,12}rules|public (?:network )?access (?:is )?disabled|not allowed for this organi[sz]ation|organi[sz]ation (?:policy|admin|owner|has)[^.\n]{0,40}(?:disabled|restricted|blocked|disallow|not allow)|marketplace (?:actions|subscription)/i,
      /(?:无|没有|沒有|缺少|未授予|未获得)[^。\n]{0,8}(?:权限|许可|访问权|授权)|权限不足|无权(?:进行|访问|使用|操作|调用)|未开通|访问被拒绝|禁止访问|权限校验失败|権限がありません|권한이 없/i,
      /permiso denegado|no tiene(?:s)? permiso|accès refusé|keine berechtigung|acesso negado|доступ запрещ/i,
    ],
    not: [
      /(?:does not|doesn['’]t|do not|don['’]t) have access to (?:the |this )?model|without permission to model|permission denied \(publickey|insufficient (?:balance|credit|quota)|allowed for (?:this )?model/i,
    ],
    source: VENDORS,
  },
  {
    id: 'access.iam',
    gives: { permission_missing: 6, model_no_access: 2.4 },
    says: 'the cloud knows who asked and names the action that is not granted',
    message: [
      /(?:iam (?:user|role|policy|permissions?)|service role|service account|(?:identity|resource)-based policy|user: arn:|assumed-role|principal)[^\n]{0,160}(?:not authorized|no (?:identity|resource)|explicit deny|denied|lacks?|does not have)|(?:because no|with an explicit deny in an?) (?:identity|resource|service control|permissions)/i,
    ],
    source: 'AWS IAM, Google Cloud IAM, Azure RBAC',
  },
  {
    id: 'access.forbidden',
    yieldsTo: [
      'auth.',
      'access.permission',
      'access.model',
      'access.region',
      'account.',
      'quota.',
      'rate.',
      'model.',
      'network.',
      'request.',
      'proxy.',
      'clock.',
      'gateway.',
      'capacity.',
    ],
    gives: {
      permission_missing: 2.4,
      region_blocked: 1.4,
      key_invalid_unknown: 1,
      proxy_interference: 1.2,
      account_disabled: 0.8,
    },
    says: 'the answer is a bare "forbidden"',
    code: [/^(?:forbidden|ForbiddenException|access_denied|AccessForbidden)$/i],
    message: [/\bforbidden\b|access denied|not allowed|拒绝访问/i],
    source: 'RFC 9110 and habit',
  },
  {
    id: 'access.model',
    yieldsTo: ['access.iam', 'quota.exhausted'],
    gives: { model_no_access: 5.4, permission_missing: 2.2, model_not_found: 2.2 },
    says: 'the model exists but is not open to this key',
    code: [
      /^(?:model_?not_?available|model_?access_?denied|ModelNotOpen|ModelIDAccessDisabled|no_model_access|model_not_allowed|dedicated_endpoint_not_running|team_model_access_denied|key_model_access_denied|model_permission_denied|gated_repo|GatedRepoError|organization_must_be_verified|model_restricted|UnsupportedModelForPlan|Model\.AccessDenied|AccessDenied\.Unpurchased|model_not_in_plan|requires_subscription)$/i,
    ],
    message: [
      /(?:do(?:es)?(?:n['’]t| not)|not|no|without|to (?:get|gain|request)|need|needs|requires?|lack(?:s|ing)?)\s(?:have |has |currently have |yet )*(?:access|permission)s?\s(?:to|for|on) (?:the |this |that |use |any |requested )*(?:\w{1,20} )?(?:model|deployment|foundation model)|model access (?:is )?(?:denied|disabled|not enabled|restricted)|access to (?:the |this )?model[^.\n]{0,60}(?:denied|not (?:allowed|granted|enabled)|restricted|is forbidden)/i,
      /(?:organi[sz]ation|account|identity|you) must be (?:verified|approved)|verify (?:your )?organi[sz]ation|click on verify/i,
      /(?:key|team|user|token|project|organi[sz]ation|account)\b[^.\n]{0,40}(?:not allowed|not permitted|is not authorized|can only|cannot|can['’]t) (?:to )?(?:access|use|call)[^.\n]{0,20}models?|allowed models?\b|(?:not|isn['’]t) (?:in|on) (?:the )?(?:list of )?allowed models/i,
      /model[^.\n]{0,70}(?:is |are |was )(?:only|not|n['’]t|no longer)\s(?:yet |currently )?(?:available|accessible|enabled|included|supported|offered|open|allowed)\s?(?:to|for|in|on|with|under|through|via|by)\s(?:your|this|the|pro|paid|free|enterprise|users|plus|premium|approved|any|batch|dedicated)?[^.\n]{0,24}(?:plan|tier|account|subscription|organi[sz]ation|team|project|users|customers|key|provider you have enabled|paid|coding|dedicated|approved)/i,
      /non-serverless|dedicated endpoint|gated (?:repo|model)|must (?:be granted access|have access|accept|agree)[^.\n]{0,40}(?:model|terms|conditions|license|repo)|(?:accept|agree to) (?:the )?(?:model )?(?:terms|licen[cs]e|conditions|use case)|use case details|requires? (?:a )?(?:paid|pro|plus|premium|higher|an? upgrade|subscription|tier \d)[^.\n]{0,30}(?:to (?:use|access)|plan|tier|account|for this model)?[^.\n]{0,20}model|upgrade[^.\n]{0,40}to (?:use|access)[^.\n]{0,30}model|waitlist|\b(?:limited|private|early)[ -](?:preview|access|beta) (?:model|program|only)/i,
      /(?:无权|没有|未|不)(?:限)?[^。\n]{0,8}(?:使用|访问|开通|调用|购买|授权)[^。\n]{0,10}模型|模型[^。\n]{0,24}(?:未开通|无权限|没有权限|无访问权限|权限不足|未授权|未激活|不在(?:套餐|计划)|仅限)|令牌无权使用模型|モデルへのアクセス権/i,
    ],
    not: [/(?:does not|doesn['’]t) exist or you|not found or (?:your|you)|not found or you|或(?:您|你)(?:没有|无)/i],
    source: VENDORS,
  },
  {
    id: 'model.not-found',
    yieldsTo: ['access.model', 'gateway.no-target', 'request.context', 'request.body-not-read'],
    gives: { model_not_found: 5.4, model_no_access: 2.8, wrong_endpoint: 1.6, gateway_config: 1.2 },
    says: 'no model of that name is known there',
    code: [
      /^(?:model_?not_?found|ModelNotFound(?:Error|Exception)?|invalid_?model(?:_?name|_?id)?|unknown_?model|DeploymentNotFound|model_?(?:does_?)?not_?exists?|model_?decommissioned|model_?deprecated|InvalidModel|ModelDeprecated|InvalidEndpointOrModel\.NotFound|model_?not_?supported|unsupported_?model|no_such_model|ModelNotSupported|model_retired|InvalidEndpoint\.NotFound|model_unavailable_unknown)$/i,
    ],
    message: [
      /\bmodels?\b[^.\n]{0,90}(?:does not|doesn['’]t|do not|not) exist|\bmodel not exist|\bmodels?\b[^.\n]{0,110}(?:was |is |were |are |could ?n['’]?o?t be |cannot be )?not(?: be)? found|(?:no such|unknown|unrecogni[sz]ed|invalid|non-?existent|unsupported|bad|nonexistent) (?:deployment |foundation |llm )?model(?:s|\b)(?! (?:parameter|argument|output|response|config))/i,
      /not a (?:valid|known|supported|recogni[sz]ed) (?:\w{1,20} )?model(?: ?id| name)?\b|(?:model|deployment)[^.\n]{0,80}(?:is |are )(?:invalid|not (?:a )?(?:valid|supported|recogni[sz]ed|available|known|deployed|served|configured))|the provided model identifier is invalid|could(?:n['’]t| not) (?:find|resolve|locate|load)[^.\n]{0,24}model|model identifier is invalid|no model (?:named|called|with|matching|found)|model [`'"]?[\w./:-]{1,100}[`'"]? (?:isn['’]t|not) (?:available|found|supported)/i,
      /\bmodel: [\w./:@-]{2,100}\s*$/im,
      /(?:model|version)[^.\n]{0,60}(?:has been|was|is|been|are)\s(?:already )?(?:deprecated|decommissioned|retired|removed|sunset|discontinued|shut ?down|no longer (?:available|supported|offered)|end[- ]of[- ]life|marked (?:by provider )?as legacy|legacy)/i,
      /try pulling it|ollama pull|is not found for api version|call listmodels|publisher model|api deployment for this resource does not exist|deployment (?:\S{1,80} )?(?:does not exist|not found)|no endpoints found for|(?:did you mean|available models|supported models|permitted models)|inference is not supported for|no provider (?:supports|serves)|supported api model names are/i,
      /模型[^。\n]{0,40}(?:不存在|未找到|不支持|无效|找不到|已下线|已弃用|有误|错误的)|(?:不存在|未知|无效|不支持|找不到)(?:的|该|此|这个)?\s?模型|モデルが見つかり|モデル.{0,20}存在しません|모델을 찾을 수 없/i,
      /modelo (?:no (?:encontrado|existe)|não encontrado)|modèle (?:introuvable|inconnu)|modell (?:nicht gefunden|unbekannt)|repository not found for url/i,
    ],
    not: [
      /not (?:supported|available) (?:with|for|by|in) (?:this|the) model|is not supported (?:with|by) (?:this|the) model|model does not support|does not support (?:tools|images|function|vision|chat|streaming|system)|not a chat model|non-serverless|any provider you have enabled|no available channel|无可用渠道|not supported in the v1\/|parameter[^.\n]{0,40}not supported|model_not_found_in_db|ensure.{0,20}chat template/i,
    ],
    source: VENDORS,
  },
  {
    id: 'access.region',
    gives: { region_blocked: 5.8, permission_missing: 1.2, proxy_interference: 1 },
    says: 'the request came from a place that is not served',
    code: [
      /^(?:unsupported_country(?:_region_territory)?|region_(?:not_supported|blocked|restricted)|country_(?:not_supported|blocked)|location_not_supported|geo_?(?:blocked|restricted)|unsupported_region|unsupported_location|REGION_NOT_ALLOWED|1009|1020_country)$/i,
    ],
    message: [
      /(?:country|region|territory|location|geograph\w+|jurisdiction|area)s?\b[^.\n]{0,50}(?:is |are |was |has been )?(?:not|n['’]t|currently not|un)\s?(?:yet |currently )?(?:supported|available|allowed|permitted|eligible|served|offered)|(?:not|n['’]t|un-?)\s?(?:currently |yet )?(?:available|supported|accessible|offered|allowed|permitted) (?:in|from|for) (?:your|this|the user['’]?s?|certain|the) (?:current )?(?:country|region|location|territory|area|geo\w*)/i,
      /user location is not supported|unsupported countr|geo-?(?:block|restrict|fenc)|(?:blocked|banned|restricted|denied|prohibited)[^.\n]{0,30}(?:your|this|the) (?:country|region|location|territory)|export control|sanctioned|embargo|owner of this website[^.\n]{0,40}has banned the country|error(?: code)?:? 1009|access from your (?:country|region|location|ip)|service is unavailable in your (?:country|region)|only available in (?:the )?(?:us|united states|eu)\b/i,
      /(?:国家|地区|区域|地域|所在地)[^。\n]{0,14}(?:不支持|不可用|受限|限制|无法使用|禁止|未开放)|不支持(?:您|你)?(?:的|所在)?(?:国家|地区)|お住まいの(?:国|地域)|利用できない地域/i,
    ],
    not: [
      /(?:model|parameter|voice|feature|quota|on-demand)[^.\n]{0,60}(?:not|n['’]t) (?:supported|available) in (?:this|the|your) region/i,
    ],
    source: VENDORS,
  },
  {
    id: 'access.region-refused',
    gives: { region_blocked: 4.6, proxy_interference: 2.4, permission_missing: 2.2 },
    says: 'the edge refused the request before the API saw it, as it does for places that are not served',
    message: [/^request not allowed$/im],
    source: 'Anthropic’s edge',
  },
  {
    id: 'model.region',
    gives: { model_no_access: 3.6, region_blocked: 3, wrong_endpoint: 3, model_not_found: 2.6 },
    says: 'the model is not offered in the region that was called',
    message: [
      /model[^.\n]{0,70}(?:not|n['’]t) (?:supported|available|offered|enabled) in (?:this|the|your|that) (?:\w{1,12} )?region|region[^.\n]{0,30}does not (?:support|have|offer)[^.\n]{0,24}model/i,
    ],
    source: 'Bedrock, Azure, Vertex',
  },
  {
    id: 'account.disabled',
    gives: { account_disabled: 5.7, permission_missing: 1.4, quota_exhausted: 1.5, key_revoked: 1.8 },
    says: 'the account behind the key is closed, suspended or in no organisation',
    code: [
      /^(?:account_?(?:deactivated|disabled|suspended|banned|inactive|locked|closed|terminated|blocked)|deactivated_account|no_organization|organization_(?:disabled|deactivated|suspended|archived)|user_(?:deactivated|banned|disabled|suspended|blocked)|CONSUMER_SUSPENDED|UserDisabled|billing_not_active|SubscriptionDisabled|project_archived|ACCOUNT_STATE_INVALID|UserSuspended|AccountSuspended|access_terminated|AccountProblem|OptInRequired|InvalidSubscription)$/i,
    ],
    message: [
      /(?:account|organi[sz]ation|project|user|workspace|team|tenant|subscription|profile|member(?:ship)?|consumer)\b(?: associated with[^.\n]{0,40})?(?: (?:behind|for|of|with|id)[^.\n]{0,30})?(?: ['"`]?[\w@.:*-]{1,60}['"`]?)?[^.\n]{0,12}\s(?:has been|have been|is|was|are|been|got|temporarily|currently)\s(?:currently |temporarily |permanently |automatically |been |either )*(?:disabled|deactivated|suspended|banned|blocked|terminated|closed|locked|frozen|restricted|archived|inactive|not active|denied access|deleted|on hold|flagged|delinquent|under review|marked for deletion)/i,
      /(?:suspended|deactivated|banned|disabled|terminated|locked|blocked|frozen) (?:account|user|organi[sz]ation)|must be a member of an organi[sz]ation|(?:violat\w+|breach)[^.\n]{0,24}(?:terms|polic|usage|agreement)|access (?:was |has been )?terminated|(?:we['’]ve|we have) (?:suspended|disabled|deactivated)|unusual activity|suspicious activity|abuse (?:was )?detected|reinstate|appeal (?:this|the|form)/i,
      /(?:账户|账号|帐户|帐号|用户|组织|项目|企业)[^。\n]{0,12}(?:已被|被|已|处于)(?:禁用|封禁|停用|冻结|锁定|注销|封号|暂停|关闭|删除)|封号|账户异常|账号异常|実名認証|アカウントが(?:停止|無効)/i,
    ],
    not: [
      /api[ _-]?key[^.\n]{0,30}(?:has been|is|was) (?:disabled|suspended|deactivated)|consumer ['"]?api_key:|prompt|content|safety/i,
    ],
    source: VENDORS,
  },
  {
    id: 'account.unverified',
    gives: { account_disabled: 3.6, permission_missing: 3.6, model_no_access: 2.4 },
    says: 'the account has to be verified or completed first',
    message: [
      /(?:verify|confirm|validate) your (?:email|phone|identity|account)|(?:account|phone|email|identity|real[- ]name)[^.\n]{0,24}(?:not (?:yet )?(?:been )?verified|unverified|verification (?:is )?required|must be verified|needs? (?:to be )?verif)|实名认证|未认证|实名/i,
    ],
    source: 'ModelScope, Dashscope, SiliconFlow, HuggingFace',
  },
];
