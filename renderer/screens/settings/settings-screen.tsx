import { Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { queries } from '../../api.ts';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { toProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import { AuditSection } from './audit-section.tsx';
import { CacheSection } from './cache-section.tsx';
import { DoctorSection } from './doctor-section.tsx';
import { EditsSection } from './edits-section.tsx';
import { ExperimentsSection } from './experiments-section.tsx';
import { GatewaySection } from './gateway-section.tsx';
import { ImportSection } from './import-section.tsx';
import { LimitsSection } from './limits-section.tsx';
import { RecordingSection } from './recording-section.tsx';
import classes from './settings.module.css';
import { TimeoutsSection } from './timeouts-section.tsx';
import { TracingSection } from './tracing-section.tsx';
import { VaultSection } from './vault-section.tsx';

type Section = keyof typeof words.settings.sections;
const SECTIONS = Object.keys(words.settings.sections) as Section[];

export function SettingsScreen() {
  const w = words.settings;
  const settings = useQuery(queries.settings.get.queryOptions());
  const status = useQuery(queries.status.get.queryOptions());
  const search = useSearch({ from: '/settings' });
  const navigate = useNavigate();
  const section = SECTIONS.find((each) => each === search.section) ?? 'gateway';

  return (
    <div className="kw-page">
      <div className="kw-page-head">
        <h1>{w.title}</h1>
      </div>
      <div className={classes.layout}>
        <nav aria-label={w.title} className={classes.sections}>
          {SECTIONS.map((each) => (
            <button
              key={each}
              type="button"
              aria-current={each === section ? 'page' : undefined}
              onClick={() => void navigate({ to: '/settings', search: { section: each } })}
            >
              {w.sections[each]}
            </button>
          ))}
        </nav>
        <section className="kw-panel" aria-labelledby="settings-section">
          <div className="kw-panel-head">
            <h2 id="settings-section">{w.sections[section]}</h2>
          </div>
          <div className="kw-panel-body">
            {settings.error && (
              <ProblemNote problem={toProblem(settings.error)} onRetry={() => void settings.refetch()} />
            )}
            {(!settings.data || !status.data) && !settings.error && (
              <Loader size="sm" aria-label={words.common.loading} />
            )}
            {settings.data && status.data && (
              <>
                {section === 'gateway' && <GatewaySection settings={settings.data} status={status.data} />}
                {section === 'recording' && <RecordingSection settings={settings.data} />}
                {section === 'limits' && <LimitsSection settings={settings.data} />}
                {section === 'timeouts' && <TimeoutsSection settings={settings.data} />}
                {section === 'cache' && <CacheSection settings={settings.data} />}
                {section === 'edits' && <EditsSection />}
                {section === 'experiments' && <ExperimentsSection settings={settings.data} />}
                {section === 'tracing' && <TracingSection settings={settings.data} status={status.data} />}
                {section === 'vault' && <VaultSection />}
                {section === 'import' && <ImportSection />}
                {section === 'doctor' && <DoctorSection />}
                {section === 'audit' && <AuditSection />}
              </>
            )}
          </div>
        </section>
      </div>
    </div>
  );
}
