// node web/screens.mjs ADDRESS-OF-A-HEAD FOLDER [WORD ...]: a picture of every state of the page.
//
// Desktop, tablet and phone, light and dark, English and German; words name those wanted, "phone",
// "dark", "de", "glasses" and so on, all of which must fit. For looking at, as a designer would.
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const { chromium } = require('playwright-core');
const [address, folder, ...wanted] = process.argv.slice(2);
const { origin: base, pathname } = new URL(address);
const id = pathname.split('/')[2];
mkdirSync(folder, { recursive: true });

const DEVICES = {
  desktop: { viewport: { width: 1280, height: 800 } },
  tablet: { viewport: { width: 820, height: 1180 }, hasTouch: true },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};
const THEMES = ['light', 'dark'];
const LOCALES = { en: 'en-GB', de: 'de-DE' };

const answer = (body, status = 200) => ({ status, contentType: 'application/json', body: JSON.stringify(body) });
const start = (page) => page.goto(base).then(() => page.waitForSelector('.drop'));
const tab = (page, name) => page.click(`[data-tab=${name}]`)
  .then(() => page.waitForFunction(() => document.querySelectorAll('.sheet > *').length > 1));
const slide = (page, name, value) => page.$eval(`input[data-name=${name}]`, (input, to) => {
  input.value = to;
  input.dispatchEvent(new Event('input'));
}, value);
const turn = (page, degrees) => page.evaluate((to) => {
  const { stage } = window.faceborn;
  stage.view.reset();
  stage.view.turnTo(to);
  stage.redraw(true);
}, degrees);
const told = async (page, change) => {
  const done = await (await fetch(`${base}/api/heads/${id}`)).json();
  await page.unrouteAll();
  await page.route(`**/api/heads/${id}`, (route) => route.fulfill(answer({ ...done, ...change })));
  await page.route('**/events', (route) => route.abort());
  await page.goto(address);
  await page.waitForTimeout(1500);
};

/** Each is reached from wherever the one before it left the page; `viewer` ones from the head. */
const FIRST = {
  start,
  'start-focus': async (page) => {
    await start(page);
    for (let times = 0; times < 5; times++) await page.keyboard.press('Tab');
  },
  'start-skip': async (page) => {
    await start(page);
    await page.keyboard.press('Tab');
  },
  'start-over': async (page) => {
    await start(page);
    await page.evaluate(() => document.dispatchEvent(new DragEvent('dragover', { cancelable: true })));
  },
  problem: async (page) => {
    await start(page);
    await page.setInputFiles('#photo', { name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('words') });
  },
  expired: async (page) => {
    await page.goto(`${base}/heads/AAAAAAAAAAAAAAAAAAAAAA`);
    await page.waitForSelector('.problem:not([hidden])');
  },
  camera: async (page) => {
    await start(page);
    await page.click('.drop .button:not(.first)');
    await page.waitForFunction(() => document.querySelector('video')?.videoWidth > 0);
  },
  work: (page) => told(page, { state: 'running', stage: 'texture', progress: 0.4, files: { 'photo.jpg': `/api/heads/${id}/photo.jpg` }, report: null }),
  'work-queued': (page) => told(page, { state: 'queued', stage: null, progress: 0, files: {}, report: null }),
  'work-faces': (page) => told(page, {
    state: 'running', stage: 'fit', progress: 0.3, report: null,
    files: { 'photo.jpg': `/api/heads/${id}/photo.jpg` }, photo: { width: 100, height: 100 },
    faces: [[30, 8, 25, 30], [68, 40, 18, 24]].map((box_px, index) => ({ number: index + 1, box_px, score: 0.9, yaw_deg: 0 })),
  }),
};
const mode = (name) => async (page) => {
  await tab(page, 'light');
  await page.click(`[data-value=${name}]`);
};
const preset = (name) => async (page) => {
  await tab(page, 'face');
  await page.click(`[data-value=${name}]`);
};
const VIEWER = {
  head: (page) => turn(page, 16),
  front: (page) => turn(page, 0),
  left: (page) => turn(page, 90),
  right: (page) => turn(page, -60),
  back: (page) => turn(page, 180),
  clay: (page) => turn(page, 16).then(() => mode('clay')(page)), wire: mode('wireframe'), normals: mode('normals'), sources: mode('source'),
  room: async (page) => {
    await mode('textured')(page);
    await turn(page, 16);
    await page.click('[data-value=window]');
  },
  evening: (page) => page.click('[data-value=sunset]'),
  face: async (page) => {
    await page.click('[data-value=studio]');
    await tab(page, 'face');
  },
  smile: preset('smile'), laugh: preset('laugh'), surprise: preset('surprise'), blink: preset('blink'),
  sliders: async (page) => {
    await preset('neutral')(page);
    await page.click('details summary');
  },
  shape: async (page) => {
    await tab(page, 'shape');
    await page.waitForSelector('input[data-name=older]');
    await slide(page, 'noseWidth', 1);
    await slide(page, 'older', 1);
  },
  glasses: async (page) => {
    await page.click('[data-name=shape-reset]');
    await tab(page, 'glasses');
    await page.click('.frames button >> nth=2');
  },
  'glasses-side': (page) => turn(page, 70),
  measure: async (page) => {
    await page.click('.frames button[data-value=""]');
    await turn(page, 0);
    await tab(page, 'measure');
    await page.click('.toggle');
  },
  photo: async (page) => {
    await page.click('.toggle');
    await tab(page, 'photo');
    await page.click('.toggle');
  },
  save: async (page) => {
    await page.click('.toggle');
    await tab(page, 'save');
  },
  'canvas-focus': async (page) => {
    await page.focus('.tabs [aria-selected=true]');
    for (let times = 0; times < 3; times++) await page.keyboard.press('Shift+Tab');
  },
  'tab-focus': async (page) => {
    for (let times = 0; times < 3; times++) await page.keyboard.press('Tab');
  },
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader',
    '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
  ],
});
const states = [...Object.keys(FIRST), ...Object.keys(VIEWER)];
const known = { device: Object.keys(DEVICES), theme: THEMES, language: Object.keys(LOCALES), state: states };
const picked = Object.fromEntries(Object.entries(known).map(([kind, all]) => {
  const some = all.filter((word) => wanted.includes(word));
  return [kind, some.length ? some : all];
}));

for (const device of picked.device) for (const theme of picked.theme) for (const language of picked.language) {
  const context = await browser.newContext({ ...DEVICES[device], colorScheme: theme, locale: LOCALES[language] });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  const shoot = async (state) => {
    await page.waitForTimeout(400);
    await page.waitForFunction(() => !window.faceborn?.stage.quick);
    await page.waitForTimeout(700);
    await page.screenshot({ path: join(folder, `${state}_${device}_${theme}_${language}.png`) });
  };
  for (const [state, reach] of Object.entries(FIRST)) {
    if (!picked.state.includes(state)) continue;
    await reach(page);
    await page.waitForTimeout(500);
    await page.screenshot({ path: join(folder, `${state}_${device}_${theme}_${language}.png`) });
  }
  if (Object.keys(VIEWER).some((state) => picked.state.includes(state))) {
    await page.unrouteAll();
    await page.goto(address);
    await page.waitForFunction(() => window.faceborn);
    const last = Object.keys(VIEWER).findLastIndex((state) => picked.state.includes(state));
    for (const [state, reach] of Object.entries(VIEWER).slice(0, last + 1)) {
      await reach(page);
      if (picked.state.includes(state)) await shoot(state);
    }
  }
  await context.close();
}
await browser.close();
