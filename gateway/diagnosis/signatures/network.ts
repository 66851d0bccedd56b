/** Faults of the way to the provider, as runtimes and proxies word them. */
import type { Signature } from './signature.ts';

const RUNTIMES = 'error texts of Node, undici, Python (requests, httpx, aiohttp), Go, Java, curl, Chrome';

export const networkSignatures: readonly Signature[] = [
  {
    id: 'network.dns',
    gives: { network_dns: 6.2, proxy_interference: 0.8 },
    says: 'the name of the host could not be resolved',
    code: [
      /^(?:ENOTFOUND|EAI_AGAIN|EAI_FAIL|EAI_NONAME|EAI_NODATA|ERR_NAME_NOT_RESOLVED|net::ERR_NAME_NOT_RESOLVED|UnknownHostException|NameResolutionError|gaierror|CURLE_COULDNT_RESOLVE_HOST|DNS_PROBE_\w{1,30}|NXDOMAIN|SERVFAIL|ERR_DNS_\w{1,30}|WSAHOST_NOT_FOUND|11001|UnresolvedAddressException)$/i,
    ],
    message: [
      /(?:host ?name|server|host)\b[^.\n]{0,30}(?:could not|cannot|can['’]t|couldn['’]t) be (?:found|resolved)|internet connection appears to be offline|\b(?:you are|device is|is) offline\b|主机名?[^。\n]{0,8}(?:无法解析|解析失败)|不知道这样的主机|ホスト(?:名)?が見つかり|nom ou service inconnu|name oder dienst nicht bekannt|nombre o servicio desconocido|getaddrinfo|\bENOTFOUND\b|EAI_AGAIN|name or service not known|(?:temporary failure|failure|failed|error) in name resolution|could ?n(?:o|['’])t resolve (?:host|proxy|name)|nodename nor servname|no such host|unknown ?host|name resolution|failed to resolve|dns (?:lookup|resolution|error|failure|query|server)|err_name_not_resolved|lookup [\w.-]{3,100}(?: on [^:\n]{3,60})?: |no address associated|host not found|name_not_resolved|nxdomain|server misbehaving|cannot resolve|the remote name could not be resolved|域名解析|无法解析|名前解決/i,
    ],
    source: RUNTIMES,
  },
  {
    id: 'network.refused',
    yieldsTo: ['network.dns', 'network.tls', 'network.timeout', 'proxy.corporate'],
    gives: { network_refused: 6, gateway_config: 0.8 },
    says: 'nothing listens at that address and port',
    code: [
      /^(?:ECONNREFUSED|ERR_CONNECTION_REFUSED|net::ERR_CONNECTION_REFUSED|WinError 10061|10061|WSAECONNREFUSED|ConnectionRefusedError|CURLE_COULDNT_CONNECT|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ConnectException|EHOSTDOWN|ERR_ADDRESS_UNREACHABLE|net::ERR_ADDRESS_UNREACHABLE)$/i,
    ],
    message: [
      /econnrefused|connection (?:was )?refused|actively refused|refused to connect|err_connection_refused|errno (?:111|61)\]|os error (?:111|61|10061)|winerror 10061|could ?n(?:o|['’])t connect to (?:server|host)|failed to connect to [\w.[\]:-]{3,100} port \d|no route to host|network is unreachable|host is unreachable|ehostunreach|enetunreach|积极拒绝|拒绝连接|连接被拒绝|接続が拒否|cannot connect to host|unable to connect to (?:the )?(?:server|remote)/i,
    ],
    not: [/timed? ?out|ssl|certificate|name (?:or service|resolution)|getaddrinfo|tunnel|proxy/i],
    source: RUNTIMES,
  },
  {
    id: 'network.tls',
    gives: { network_tls: 6, proxy_interference: 2.6 },
    says: 'the encrypted connection could not be made',
    code: [
      /^(?:UNABLE_TO_(?:GET_ISSUER_CERT(?:_LOCALLY)?|VERIFY_LEAF_SIGNATURE)|(?:DEPTH_ZERO_)?SELF_SIGNED_CERT(?:_IN_CHAIN)?|CERT_\w{3,40}|ERR_TLS_\w{3,60}|ERR_SSL_\w{3,60}|net::ERR_(?:CERT|SSL)_\w{3,60}|EPROTO|SSLError|SSLCertVerificationError|SSLHandshakeException|CertificateError|SSLPeerUnverifiedException|HOSTNAME_MISMATCH|CertPathBuilderException|SEC_ERROR_\w{3,40}|x509|SSL_ERROR_\w{3,40}|CURLE_PEER_FAILED_VERIFICATION|CURLE_SSL_\w{3,30})$/i,
    ],
    message: [
      /certificate (?:verify|verification|has expired|signed by|is not (?:trusted|valid)|chain|unknown|expired|validation|problem|required)|self[- ]?signed|issuer certificate|local issuer|leaf signature|x509:|ssl(?:v3)?[ :_](?:error|handshake|certificate|routines|alert|connect)|tls(?:v1)? (?:handshake|alert|error|connect)|handshake (?:failure|failed|error)|pkix path|unable to (?:get|verify)[^.\n]{0,30}certificate|hostname\/ip does not match|hostname mismatch|altname|wrong version number|unsupported protocol|certificate_verify_failed|certificate_unknown|invalid peer certificate|unknown ?issuer|secure (?:tls )?connection (?:was|could)|schannel|trust anchor|ssl_connect|SSL\/TLS|wrong_version_number|证书|SSL証明書/i,
    ],
    not: [/wasn['’]t used|client certificate required by policy/i],
    source: RUNTIMES,
  },
  {
    id: 'network.timeout',
    yieldsTo: ['network.dns'],
    gives: { upstream_timeout: 5.6, proxy_interference: 1.4, provider_overloaded: 1.2, network_dns: 0.6 },
    says: 'nobody answered in time',
    code: [
      /^(?:ETIMEDOUT|ESOCKETTIMEDOUT|ECONNABORTED|UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT|TimeoutError|(?:Api|API)?(?:Connection)?Timeout(?:Error|Exception)?|APITimeoutError|ReadTimeout(?:Error)?|ConnectTimeout(?:Error)?|ERR_(?:CONNECTION_)?TIMED_OUT|net::ERR_(?:CONNECTION_)?TIMED_OUT|SocketTimeoutException|DEADLINE_EXCEEDED|DeadlineExceeded|GatewayTimeout|gateway_timeout|request_timeout|RequestTimeout(?:Exception)?|RequestTimeOut|WinError 10060|CURLE_OPERATION_TIMEDOUT|ModelTimeoutException|timeout(?:_error)?|FUNCTION_INVOCATION_TIMEOUT|ERR_TIMEOUT|InternalError\.Timeout|TaskTimeout|UpstreamTimeout|EdgeTimeout)$/i,
    ],
    message: [
      /tim(?:ed|e)[ -]?out\b|timeout|deadline exceeded|deadline_exceeded|took too long|operation was (?:aborted|canceled) due to|error code:? ?524|\b504\b[^\n]{0,24}gateway|a timeout occurred|no response (?:from|was received|within)|did not (?:properly |correctly )?(?:respond|reply|receive a (?:reply|response))[^.\n]{0,30}(?:time|within|timely)|没有(?:正确)?(?:答复|响应|回应)|not respond(?:ing)? in time|超时|タイムアウト|시간 초과|tiempo de espera|délai d['’]attente|zeitüberschreitung/i,
    ],
    not: [/rate limit|try again in|timeout (?:parameter|must|is not)/i],
    source: RUNTIMES,
  },
  {
    id: 'network.reset',
    yieldsTo: ['network.tls', 'network.refused', 'network.dns', 'proxy.page', 'format.unusable'],
    gives: { network_reset_or_truncated: 5.6, provider_outage: 1.6, proxy_interference: 1.5, response_format: 1.2 },
    says: 'the connection broke before the answer was whole',
    code: [
      /^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET|ERR_CONNECTION_(?:RESET|CLOSED|ABORTED)|net::ERR_(?:CONNECTION_(?:RESET|CLOSED|ABORTED)|INCOMPLETE_CHUNKED_ENCODING|HTTP2_PROTOCOL_ERROR|EMPTY_RESPONSE|CONTENT_LENGTH_MISMATCH|QUIC_PROTOCOL_ERROR)|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_STREAM_PREMATURE_CLOSE|ERR_EMPTY_RESPONSE|ERR_HTTP2_\w{3,40}|RemoteProtocolError|IncompleteRead|ChunkedEncodingError|RemoteDisconnected|ServerDisconnectedError|ClientPayloadError|ConnectionResetError|ProtocolError|BrokenPipeError|ConnectionAbortedError|HPE_INVALID_\w{3,40}|invalid-json|WinError 10054|UnexpectedEOF|EOFException|ReadError|CURLE_(?:PARTIAL_FILE|RECV_ERROR|GOT_NOTHING)|stream_disconnected|stream_error|premature_close|ERR_CONTENT_LENGTH_MISMATCH|Z_BUF_ERROR)$/i,
    ],
    message: [
      /disconnect\/reset|upstream (?:connect error|request failed|prematurely)|connection terminat|connection (?:was |has been |got )?(?:reset|closed|aborted|terminated|broken|lost|dropped|forcibly closed)|reset by peer|socket hang ?up|broken pipe|premature(?:ly)? (?:close|end|eof)|(?:response|stream|body|connection|transfer) (?:was |has |is )?(?:ended|closed|stopped|terminated|finished) premature|强(?:迫|制)关闭|强行关闭|连接(?:已|被)?(?:重置|中断|断开)|closed (?:the )?(?:connection|stream)|other side closed|server (?:closed|disconnected|hung up)|(?:remote|peer) (?:end |host )?(?:closed|disconnected)|without (?:sending )?(?:a )?(?:complete|any )?(?:response|message body|data)|incomplete (?:chunked|read|message|response)|chunked (?:encoding|read)|err_incomplete|unexpected (?:eof|end of (?:file|stream|data))|\beof\b|stream (?:was |has been )?(?:disconnected|interrupted|ended|closed|aborted|reset|terminated)[^.\n]{0,30}|stream error|empty reply|truncated|econnreset|forcibly closed|content-length mismatch|transfer closed with|disconnected (?:unexpectedly|before)|error: terminated|连接(?:被)?(?:重置|中断|断开|关闭)|接続が(?:リセット|切断)/i,
    ],
    not: [/stream (?:must|is not|option)|incomplete signature|last turn truncated|cannot truncate|"truncation"/i],
    source: RUNTIMES,
  },
  {
    id: 'network.cut-json',
    gives: { network_reset_or_truncated: 5.2, response_format: 3.4, provider_overloaded: 1.2 },
    says: 'the answer ended in the middle',
    message: [
      /unexpected end of (?:json |data |the )?input|unterminated string|unexpected eof|incomplete json|eof while parsing|premature end of/i,
    ],
    not: [/parse (?:the )?request|request body/i],
    source: 'JSON parsers met by a cut answer',
  },
  {
    id: 'network.generic',
    yieldsTo: [
      'network.dns',
      'network.refused',
      'network.tls',
      'network.timeout',
      'network.reset',
      'proxy.',
      'auth.',
      'access.',
    ],
    gives: {
      network_refused: 1.6,
      network_dns: 1.6,
      network_reset_or_truncated: 1.8,
      upstream_timeout: 1.6,
      network_tls: 1.4,
      proxy_interference: 1.5,
    },
    says: 'the request did not reach the provider, and the reason was not passed on',
    code: [
      /^(?:APIConnectionError|ConnectionError|ConnectError|FetchError|NetworkError|ERR_NETWORK|net::ERR_FAILED|ERR_INTERNET_DISCONNECTED|ENETDOWN|ClientConnectorError)$/i,
    ],
    message: [
      /connection error|fetch failed|failed to fetch|network ?error|network request failed|cannot connect|could not connect|unable to connect|connection failed|load failed|网络(?:错误|异常|连接)|连接失败/i,
    ],
    source: RUNTIMES,
  },
  {
    id: 'proxy.page',
    gives: { proxy_interference: 4.6, response_format: 2, region_blocked: 1.4 },
    says: 'a page made for people came where the API’s answer was expected',
    message: [
      /unexpected token\W{1,3}<|<!doctype|is not valid json[^.\n]{0,20}<|invalid character ['"]?<|unexpected character \(?['"`]<|just a moment|attention required|enable javascript and cookies|checking your browser|cf[-_]chl|challenge-platform|captcha|verify you are (?:a )?human|bot protection|ddos protection|you have been blocked|cloudflare ray id|sorry, you have been blocked|error(?: code)?:? 10(?:06|07|08|10|15|20)\b/i,
    ],
    source: 'Cloudflare and other edges; JSON parsers met by HTML',
  },
  {
    id: 'proxy.corporate',
    gives: { proxy_interference: 6, network_tls: 1, network_refused: 1 },
    says: 'a proxy or filter on the way stepped in',
    code: [
      /^(?:ERR_TUNNEL_CONNECTION_FAILED|net::ERR_(?:TUNNEL_CONNECTION_FAILED|PROXY_\w{3,40}|BLOCKED_BY_\w{3,30})|ProxyError|ERR_PROXY_\w{3,40}|proxy_authentication_required|CURLE_COULDNT_RESOLVE_PROXY)$/i,
    ],
    message: [
      /proxy authentication|tunnel connection failed|tunneling socket|via proxy|proxy ?(?:error|connect|server|refused|tunnel)|(?:cannot|unable to|failed to|could not|couldn['’]t) connect to (?:the )?proxy|response \d{3} from proxy|received http code \d+ from proxy|zscaler|forti(?:gate|net|guard)|blue ?coat|squid|netskope|palo alto|mcafee web|sophos|umbrella|web ?(?:sense|filter|gateway)|captive portal|websense|forcepoint|(?:blocked|denied) by (?:your |the )?(?:administrator|organi[sz]ation|network|firewall|it (?:department|policy)|security|company)|web page (?:is )?blocked|access (?:to this (?:site|website|page) )?(?:is|has been) blocked|url (?:is )?blocked|internet usage policy|上网行为|代理(?:服务器)?(?:错误|认证|拒绝)|安全网关|プロキシ/i,
    ],
    not: [/reverse proxy (?:config|setup)|litellm proxy|invalid proxy server token|proxy server token/i],
    source: 'Zscaler, Fortinet, Squid and others; HTTP clients',
  },
  {
    id: 'clock.skew',
    gives: { clock_skew: 6.2, key_expired: 1 },
    says: 'the time of the request and the time of the server do not fit',
    code: [
      /^(?:RequestTimeTooSkewed|RequestExpiredSkew|InvalidTimestamp|TimestampExpired|SignatureExpired|InvalidTimeStamp\.Expired|clock_skew|AuthFailure\.SignatureExpire|request_time_skewed|timestamp_out_of_range|RequestTimeSkew|InvalidTimeStamp|TokenNotYetValid|InvalidRequestTime|immature_signature)$/i,
    ],
    message: [
      /signature (?:has )?expired|not yet current|too skewed|clock (?:skew|drift|is|may|might|of)|(?:system|computer|local|device|server)['’]?s? (?:clock|time)|(?:token|jwt|certificate|assertion)[^.\n]{0,24}(?:not yet valid|used too early|issued in the future|from the future)|['"]?\b(?:exp|iat|nbf)['"]? claim|(?:iat|nbf)\b[^.\n]{0,40}(?:future|not yet|before|claim|values?)|timestamp[^.\n]{0,40}(?:expired|outside|too (?:old|far|early|late)|invalid|not within|is ahead|skew|deviat|differ)|time difference|check your (?:system )?(?:clock|time)|short-lived token|lifetime of the token|earlier than \d{8}t|(?<!;)x-amz-date(?![:;])|时间戳[^。\n]{0,8}(?:过期|无效|超|错误|不正确)|系统时间|時刻/i,
    ],
    not: [/rate limit|reset(?:s)? (?:at|in)|clock speed/i],
    source: 'AWS, Google OAuth, Aliyun, Tencent Cloud, JWT libraries',
  },
];
