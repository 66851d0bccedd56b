import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import './styles.css';
import { createRoot } from 'react-dom/client';
import { openApi } from './api.ts';
import { App } from './app.tsx';
import { words } from './words/words.ts';

const place = document.getElementById('root') as HTMLElement;

openApi().then(
  () => createRoot(place).render(<App />),
  () => {
    place.textContent = words.gate.noHost;
  },
);
