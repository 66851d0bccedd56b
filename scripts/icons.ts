/**
 * Draws electron/icons/*.png from icon.svg: `node scripts/icons.ts`, after a change to the drawing. The tray's are the
 * arch and keyhole alone, with a light that is amber while listening and red when not.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { findChromium } from './machine.ts';

const folder = path.join(import.meta.dirname, '..', 'electron', 'icons');
const browserPath = findChromium();
if (!browserPath.path) throw new Error(`The icons need a browser to draw them: ${browserPath.missing}`);

const icon = readFileSync(path.join(folder, 'icon.svg'), 'utf8');
const tray = (line: string, light: string) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512">
  <path d="M76 474V232a180 180 0 0 1 360 0v242z" fill="none" stroke="${line}" stroke-width="52" stroke-linejoin="round"/>
  <path d="M256 150a76 76 0 0 0-37 142.600l-30 120.400h134l-30-120.400A76 76 0 0 0 256 150z" fill="${light}"/>
</svg>`;

const drawings = [
  { name: 'icon.png', svg: icon, sizePx: 1024 },
  ...[16, 32].flatMap((sizePx) => {
    const scale = sizePx === 32 ? '@2x' : '';
    return [
      { name: `tray-listening${scale}.png`, svg: tray('#8fa3b8', '#f5a524'), sizePx },
      { name: `tray-failed${scale}.png`, svg: tray('#8fa3b8', '#e5484d'), sizePx },
      // macOS tints template images itself, from their alpha.
      { name: `tray-listeningTemplate${scale}.png`, svg: tray('#000', '#000'), sizePx },
      { name: `tray-failedTemplate${scale}.png`, svg: tray('#000', 'none'), sizePx },
    ];
  }),
];

const browser = await chromium.launch({ executablePath: browserPath.path, args: ['--no-sandbox'] });
for (const { name, svg, sizePx } of drawings) {
  const page = await browser.newPage({ viewport: { width: sizePx, height: sizePx } });
  await page.setContent(`<style>body{margin:0}svg{display:block;width:${sizePx}px;height:${sizePx}px}</style>${svg}`);
  await page.screenshot({ path: path.join(folder, name), omitBackground: true });
  await page.close();
}
await browser.close();
