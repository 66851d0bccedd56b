/** Words for causes on the way to the provider. */
import type { CauseWords } from './words.ts';

export const networkWords = {
  upstream_timeout: {
    title: '{provider} did not answer in time.',
    means: 'The wait for a connection, for the first byte or for the rest of the answer ran out.',
    why: 'Long answers without streaming, an overloaded provider, or a proxy that ends calls early. A wrong address can look like this too.',
    fixes: ['retry', 'raise-timeout', 'open-status-page', 'edit-base-url'],
    probes: ['reach', 'minimal-request', 'status-page'],
  },
  network_dns: {
    title: 'The name of {provider}’s server could not be found.',
    means: 'The host name in the base URL did not resolve to an address (or resolved to a wrong one).',
    why: 'No network, a typing mistake in the base URL, or the name service of a container, VPN or company network.',
    fixes: ['edit-base-url', 'check-network', 'set-proxy', 'retry'],
    probes: ['dns', 'reach'],
  },
  network_refused: {
    title: 'Nothing answers at {provider}’s address.',
    means: 'The connection was refused: no program listens at that host and port.',
    why: 'A local server is not running or listens elsewhere; inside a container, “localhost” is the container itself.',
    fixes: ['start-server', 'edit-base-url', 'check-network', 'retry'],
    probes: ['tcp', 'reach'],
  },
  network_tls: {
    title: 'A secure connection to {provider} could not be made.',
    means: 'The certificate was not trusted or the TLS handshake failed.',
    why: 'Security software or a company proxy puts its own certificate in between, a private server has its own, or the computer’s clock is off.',
    fixes: ['trust-certificate', 'set-proxy', 'check-clock', 'edit-base-url', 'retry'],
    probes: ['tls', 'clock'],
  },
  network_reset_or_truncated: {
    title: 'The connection to {provider} broke before the answer was whole.',
    means: 'The answer was cut off, or the connection was closed before one came.',
    why: 'The provider or something on the way ended the connection: load, a time limit, an unstable network, a reused connection gone stale.',
    fixes: ['retry', 'open-status-page', 'check-network'],
    probes: ['repeat', 'reach'],
  },
  proxy_interference: {
    title: 'Something between here and {provider} answered in its place.',
    means: 'What came back is not the API’s: a web page, a proxy’s refusal or a sign-in page.',
    why: 'A company proxy, a guest network’s sign-in page, or bot protection that does not like the sender’s address.',
    fixes: ['set-proxy', 'check-network', 'edit-base-url', 'retry'],
    probes: ['reach', 'tls', 'other-network'],
  },
  clock_skew: {
    title: 'This computer’s clock is wrong.',
    means:
      'The time stamped on the request is too far from the server’s, so its signature or token counts as expired or not yet valid.',
    why: 'The clock or time zone is set wrongly, a virtual machine slept, or the request waited too long before it was sent.',
    fixes: ['check-clock', 'retry'],
    probes: ['clock'],
  },
} as const satisfies Record<string, CauseWords>;
