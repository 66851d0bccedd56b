import { useEffect, useRef } from 'react';
import type { Capture } from '../../../gateway/control/contract/index.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { words } from '../../words/words.ts';
import { requestText, responseText } from './as-text.ts';
import { BodyView } from './body-view.tsx';
import classes from './capture.module.css';
import { HeadersTable } from './headers-table.tsx';
import { WithRedactions } from './redaction-chips.tsx';

type Headers = readonly (readonly [string, string])[];

export const contentType = (headers: Headers) => headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];

/** Leg one: what the app sent. */
export function RequestTab({ capture, at }: { capture: Capture; at?: string }) {
  const { request } = capture;
  return (
    <Message
      line={`${request.method} ${request.url}`}
      aside={`HTTP/${request.httpVersion} · ${words.capture.message.remote} ${request.remoteAddress}`}
      text={() => requestText(capture)}
      headers={request.headers}
      body={request.body}
      at={at}
      label={words.capture.tabs.request}
    />
  );
}

/** Leg four: what the app got. */
export function AnswerTab({ capture, at }: { capture: Capture; at?: string }) {
  if (!capture.answer) return <p className={classes.block}>{words.capture.message.noAnswer}</p>;
  return (
    <Message
      line={`${words.text.status} ${capture.answer.status}`}
      text={() => responseText(capture)}
      headers={capture.answer.headers}
      body={capture.answer.body}
      at={at}
      label={words.capture.tabs.response}
    />
  );
}

function Message(props: {
  line: string;
  aside?: string;
  text: () => string;
  headers: Headers;
  body: Capture['request']['body'];
  at?: string;
  label: string;
}) {
  const w = words.capture.message;
  const body = useRef<HTMLDivElement>(null);
  const toBody = props.at?.startsWith('body:') || props.at?.startsWith('bytes:');
  useEffect(() => {
    if (toBody) body.current?.scrollIntoView({ block: 'start' });
  }, [toBody]);
  return (
    <div className={classes.message}>
      <div className={classes.blockHead}>
        <p className={classes.line}>
          <WithRedactions text={props.line} /> <span className="kw-dim">{props.aside}</span>
        </p>
        <CopyButton text={props.text} label={words.common.copyText} />
      </div>
      <h3>{w.headers}</h3>
      <HeadersTable headers={props.headers} at={props.at} caption={`${props.label}: ${w.headers}`} />
      <div ref={body}>
        <BodyView
          body={props.body}
          contentType={contentType(props.headers)}
          at={props.at}
          label={`${props.label}: ${w.body}`}
        />
      </div>
    </div>
  );
}
