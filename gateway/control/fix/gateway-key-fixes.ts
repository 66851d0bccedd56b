/** Fixes about the gateway keys of apps. */
import type { GatewayKey } from '../../store/schema.ts';
import { sameName } from '../names.ts';
import { Problem } from '../problem.ts';
import { type Done, type FixAction, type FixContext, type Need, needed, subjectId } from './fix-action.ts';

const EXTENSION = '30d';

function keyOf(context: FixContext): GatewayKey {
  const key = context.deps.store.snapshot.gatewayKeys.get(subjectId(context));
  if (key) return key;
  throw new Problem('CONFLICT', 'That gateway key is no longer here.', 'Issue a new one for the app.');
}

export const extendGatewayKey: FixAction = {
  changes: true,
  sentence: (context) => `Lets the gateway key be used until ${context.values.expires?.trim() || EXTENSION} from now.`,
  needs: () => [
    { name: 'expires', title: 'how long it stays good (30d, a date, never)', secret: false, suggested: EXTENSION },
  ],
  async apply(context) {
    const asked = context.values.expires?.trim() || EXTENSION;
    const row = await context.client.gatewayKeys.edit({
      id: subjectId(context),
      expires: asked === 'never' ? null : asked,
    });
    return {
      sentence: `The gateway key is good ${row.expires ? `until ${row.expires.slice(0, 10)}` : 'without end'}.`,
    };
  },
};

export const restoreGatewayKey: FixAction = {
  changes: true,
  sentence: () => 'Takes the revocation of the gateway key back: whoever holds the key can use it again.',
  async apply(context) {
    await context.client.gatewayKeys.restore({ id: subjectId(context) });
    return { sentence: 'The revocation is taken back.' };
  },
};

const PUT_INTO_APP =
  'Put the new gateway key into the app: it is shown this once, and the app still sends the old one.';

export const rotateGatewayKey: FixAction = {
  changes: true,
  sentence: () => 'Makes the gateway key anew: same scope, same limits, another secret. The app must be given it.',
  async apply(context): Promise<Done> {
    const issued = await context.client.gatewayKeys.rotate({ id: subjectId(context) });
    return {
      sentence: `The gateway key of ${issued.app} has a new secret.`,
      edits: [{ path: 'gateway-key', value: issued.id }],
      issued,
      next: PUT_INTO_APP,
    };
  },
};

function appNeed({ capture, deps }: FixContext): Need[] {
  if (capture.appId !== null && deps.store.snapshot.apps.has(capture.appId)) return [];
  const named = deps.store.snapshot.document.apps.find(({ name }) => name !== 'Practice')?.name;
  return [{ name: 'app', title: 'the app’s name', secret: false, suggested: named ?? 'My app' }];
}

export const issueGatewayKey: FixAction = {
  changes: true,
  sentence: (context) => {
    const [need] = appNeed(context);
    const name = need ? context.values.app?.trim() || need.suggested : context.capture.app;
    return `Issues a gateway key for ${name}. The app must be given it.`;
  },
  needs: appNeed,
  async apply(context): Promise<Done> {
    const [need] = appNeed(context);
    const app = need ? needed(context, need) : (context.capture.appId as string);
    const known = context.deps.store.snapshot.document.apps.some(({ id, name }) => id === app || sameName(name, app));
    if (!known) await context.client.apps.add({ name: app });
    const issued = await context.client.gatewayKeys.issue({ app });
    return {
      sentence: `A gateway key for ${issued.app} is issued.`,
      edits: [{ path: 'gateway-key', value: issued.id }],
      issued,
      next: PUT_INTO_APP,
    };
  },
};

export const editGatewayKeyScope: FixAction = {
  changes: true,
  sentence: ({ fix }) => {
    const scope = fix.action?.scope as GatewayKey['scope'] | undefined;
    const parts = Object.entries(scope ?? {}).map(([part, list]) => `${part} ${list.join(', ')}`);
    return `Lets the gateway key use ${parts.length > 0 ? parts.join('; ') : 'everything'}.`;
  },
  async apply(context) {
    const scope = (context.fix.action?.scope ?? {}) as GatewayKey['scope'];
    await context.client.gatewayKeys.edit({ id: subjectId(context), scope });
    return { sentence: 'The gateway key may do this now.' };
  },
};

/** The user that the request named can be allowed; where it named none, the app has to. */
function userNeed(context: FixContext): Need[] {
  if (Array.isArray(context.fix.action?.users)) return [];
  return [
    { name: 'user', title: 'the user the app speaks for', secret: false, suggested: keyOf(context).users[0] ?? null },
  ];
}

export const editGatewayKeyUsers: FixAction = {
  changes: ({ fix }) => Array.isArray(fix.action?.users),
  sentence: (context) => {
    const users = context.fix.action?.users;
    if (Array.isArray(users)) return `Lets the gateway key speak for ${users.at(-1)} as well.`;
    return 'The request named no user. Sends it again with one, to show that this helps; the app must name it from then on.';
  },
  needs: userNeed,
  async apply(context) {
    const users = context.fix.action?.users;
    if (Array.isArray(users)) {
      await context.client.gatewayKeys.edit({ id: subjectId(context), users: users.map(String) });
      return { sentence: `The gateway key may speak for ${users.at(-1)} now.` };
    }
    const [need] = userNeed(context);
    const user = need ? needed(context, need) : '';
    return {
      sentence: `The request was sent again for ${user}.`,
      edits: [{ path: 'header.x-keyward-user', value: user }],
      next: `Let the app send the header x-keyward-user: ${user}.`,
    };
  },
};
