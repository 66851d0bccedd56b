/** The probes that could settle a question, and what each would tell. Naming them sends nothing. */
export const PROBES = {
  'key-shape': 'compare the key’s form with the provider’s: tells a damaged or foreign key from a withdrawn one',
  'key-elsewhere': 'look for the same key at other providers in the store: tells a mixed-up key',
  'list-models':
    'list the models with this key (free): tells a rejected key from a missing right, and shows what it may use',
  'nearest-model': 'compare the name with the provider’s list: tells a typing mistake from a retired model',
  'other-model': 'the same request with another model: tells missing access to one model from a rejected key',
  'other-key': 'the same request with another key of this provider: tells a key’s fault from the account’s',
  'without-organisation-header':
    'the same request without organisation and project headers: tells a mismatch from a bad key',
  'minimal-request': 'the same request in its smallest form: tells a bad parameter from a limit or a fault',
  'same-request-through-gateway': 'the same request through this gateway: shows which headers the app really sends',
  'headers-sent': 'look at the headers as sent: tells a missing key from a refused one',
  'limit-headers': 'look at the rate-limit headers: tells a limit per minute from spent credit',
  'balance-page': 'look at the provider’s balance page: tells spent credit from a limit',
  'status-page': 'look at the provider’s status page: tells an incident from a fault of one’s own',
  'other-base-url': 'the same key at the provider’s other addresses: tells a wrong region or plan from a bad key',
  'other-network': 'the same request from another network: tells a refused place from a refused key',
  'direct-call': 'the same request straight to the provider: tells the gateway’s fault from the provider’s',
  'raw-answer': 'look at the raw bytes of the answer: tells an error inside a success from a broken client',
  repeat: 'the same request again: tells a passing fault from a lasting one',
  reach: 'connect to the provider’s host without a key: tells a network fault from a refusal',
  dns: 'resolve the host’s name here and elsewhere: tells a wrong name from a broken resolver',
  tcp: 'connect to host and port: tells a stopped server from a wrong address',
  tls: 'look at the certificate’s issuer: tells a company proxy from a server’s own fault',
  clock: 'compare this clock with the answer’s Date header: tells a wrong clock',
} as const;

export type ProbeId = keyof typeof PROBES;
