import { Loader } from '@mantine/core';
import { lazy, Suspense, useMemo } from 'react';
import type { Capture } from '../../../gateway/control/contract/index.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { words } from '../../words/words.ts';
import classes from './capture.module.css';

const CodeView = lazy(() => import('./code-view.tsx'));

/** The capture as the control interface answers it. */
export function RawTab({ capture }: { capture: Capture }) {
  const text = useMemo(() => JSON.stringify(capture, null, 2), [capture]);
  return (
    <div className={classes.message}>
      <div className={classes.blockHead}>
        <p className="kw-dim">{words.capture.raw.label}</p>
        <CopyButton text={text} label={words.common.copyText} />
      </div>
      <Suspense fallback={<Loader size="sm" m="sm" aria-label={words.common.loading} />}>
        <CodeView text={text} json label={words.capture.raw.label} />
      </Suspense>
    </div>
  );
}
