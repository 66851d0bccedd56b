import { Button } from '@mantine/core';
import { linkOptions, type NavigateOptions, useNavigate } from '@tanstack/react-router';
import { relativeTime } from '../../format.ts';
import { Light, type Tone } from '../../parts/light.tsx';
import { words } from '../../words/words.ts';
import type { NextThing } from './next-things.ts';

export function NextList(props: { things: readonly NextThing[]; nameOf: (provider: string) => string }) {
  const { things } = props;
  const navigate = useNavigate();
  return (
    <section className="kw-panel" aria-labelledby="home-next">
      <div className="kw-panel-head">
        <h2 id="home-next">{words.home.next}</h2>
      </div>
      {things.length === 0 && (
        <div className="kw-panel-body">
          <p className="kw-dim">{words.home.nothingNext}</p>
        </div>
      )}
      {things.map((thing) => {
        const said = worded(thing, props.nameOf);
        return (
          <div key={said.key} className="kw-row">
            <Light tone={said.tone} />
            <p className="kw-grow">{said.sentence}</p>
            <Button variant="default" onClick={() => void navigate(said.link)}>
              {said.button}
            </Button>
          </div>
        );
      })}
    </section>
  );
}

interface Worded {
  key: string;
  tone: Tone;
  sentence: string;
  button: string;
  link: NavigateOptions;
}

function worded(thing: NextThing, nameOf: (provider: string) => string): Worded {
  const t = words.home.todo;
  const when = (at: string) => relativeTime(at, Date.now());
  switch (thing.kind) {
    case 'unlock':
      return {
        key: 'unlock',
        tone: 'wait',
        sentence: t.unlock,
        button: t.unlockButton,
        link: linkOptions({ to: '/settings', search: { section: 'vault' } }),
      };
    case 'no-keys':
      return {
        key: 'no-keys',
        tone: 'off',
        sentence: t.noKeys,
        button: t.addKeyButton,
        link: linkOptions({ to: '/keys', search: { add: 'any' } }),
      };
    case 'no-apps':
      return {
        key: 'no-apps',
        tone: 'off',
        sentence: t.noApps,
        button: t.connectButton,
        link: linkOptions({ to: '/apps', search: { connect: 'any' } }),
      };
    case 'key-broken':
      return {
        key: thing.key.id,
        tone: 'bad',
        sentence: t.keyFix(`${nameOf(thing.key.provider)}, “${thing.key.label}”`, thing.key.healthDetail.sentence),
        // A new key mends neither an empty account nor a missing right.
        ...(['out_of_credit', 'no_access'].includes(thing.key.health)
          ? { button: t.testButton, link: linkOptions({ to: '/keys', search: {}, hash: thing.key.id }) }
          : { button: t.replaceButton, link: linkOptions({ to: '/keys', search: { replace: thing.key.id } }) }),
      };
    case 'key-expiring':
      return {
        key: thing.key.id,
        tone: 'wait',
        sentence: t.expiring(nameOf(thing.key.provider), thing.key.label, when(thing.at)),
        button: t.expiringButton,
        link: linkOptions({ to: '/keys', search: { replace: thing.key.id } }),
      };
    case 'gateway-key-expiring':
      return {
        key: thing.key.id,
        tone: 'wait',
        sentence: t.gatewayKeyExpiring(thing.key.app, when(thing.at)),
        button: t.extendButton,
        link: linkOptions({ to: '/apps', search: { edit: thing.key.id } }),
      };
  }
}
