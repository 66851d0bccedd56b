/** How each fix is carried out. A fix without a row does not compile. */
import type { FixId } from '../../diagnosis/fixes.ts';
import type { FixAction } from './fix-action.ts';
import * as gatewayKeys from './gateway-key-fixes.ts';
import * as keys from './key-fixes.ts';
import * as limits from './limit-fixes.ts';
import * as requests from './request-fixes.ts';
import * as settings from './settings-fixes.ts';

export const FIX_ACTIONS: Readonly<Record<FixId, FixAction>> = {
  'enter-key': keys.enterKey,
  'replace-key': keys.replaceKey,
  'enable-key': keys.enableKey,
  'check-key': keys.checkKeyFix,
  'open-keys-page': requests.page,
  'open-billing-page': requests.page,
  'open-limits-page': requests.page,
  'open-status-page': requests.page,
  'open-docs': requests.page,
  'edit-base-url': keys.editBaseUrl,
  'edit-provider-headers': keys.editProviderHeaders,
  'edit-provider-settings': keys.editProviderSettings,
  'enable-provider': keys.enableProvider,
  'add-provider': keys.addProvider,
  'use-model': requests.useModel,
  'edit-route': settings.editRoute,
  'issue-gateway-key': gatewayKeys.issueGatewayKey,
  'connect-app': requests.connectApp,
  'extend-gateway-key': gatewayKeys.extendGatewayKey,
  'restore-gateway-key': gatewayKeys.restoreGatewayKey,
  'rotate-gateway-key': gatewayKeys.rotateGatewayKey,
  'edit-gateway-key-scope': gatewayKeys.editGatewayKeyScope,
  'edit-gateway-key-users': gatewayKeys.editGatewayKeyUsers,
  'raise-limit': limits.raiseLimit,
  'raise-body-bound': settings.raiseBodyBound,
  'raise-timeout': settings.raiseTimeout,
  'set-proxy': settings.setProxy,
  'unlock-vault': settings.unlockVault,
  'edit-and-replay': requests.editAndReplay,
  retry: requests.retry,
  'retry-later': requests.retryLater,
  'contact-support': requests.contactSupport,
  'check-network': requests.byHand,
  'check-clock': requests.byHand,
  'trust-certificate': requests.byHand,
  'pull-model': requests.byHand,
  'start-server': requests.byHand,
};
