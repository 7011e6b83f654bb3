// What every check of the page shares: node CHECK.mjs BASE ID FOLDER
//
// Opens Debian's Chromium with software GL, and fails where the page said something to the console,
// asked another origin for anything, or an assertion does not hold.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const WEB = fileURLToPath(new URL('../../../web/', import.meta.url));
const require = createRequire(join(WEB, 'package.json'));
const { chromium } = await import(pathToFileURL(require.resolve('playwright-core')).href).then(
  (module) => module.default ?? module,
);
const AXE = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8');
export const [base, id, folder] = process.argv.slice(2);

const ARGUMENTS = [
  '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
  '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader',
  '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
];

/** Runs `check(page)` in a fresh browser. `said` names console messages that are expected. */
export async function withPage(options, check, said = []) {
  const profile = await mkdtemp(join(tmpdir(), 'faceborn-page-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true, args: ARGUMENTS, locale: 'en-GB', acceptDownloads: true, bypassCSP: false,
    viewport: { width: 760, height: 480 }, ...options,
  });
  const problems = [];
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(150_000);
    page.on('console', (message) => {
      const text = `${message.text()} ${message.location().url}`;
      const expected = said.some((pattern) => pattern.test(text));
      // what software GL says of reading pixels back is about the test, not the page
      const driver = /GPU stall due to ReadPixels/.test(text);
      if (['error', 'warning'].includes(message.type()) && !expected && !driver) problems.push(text);
    });
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (!['blob:', 'data:'].includes(url.protocol) && url.origin !== base) problems.push(`asked ${url}`);
    });
    await check(page, context);
    assert.deepEqual(problems, [], 'console and other origins');
  } catch (error) {
    const page = context.pages()[0];
    await page?.screenshot({ path: join(folder, 'failed.png') }).catch(() => {});
    if (problems.length) console.error('the page said:', problems);
    throw error;
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
}

export async function openHead(page) {
  await page.goto(`${base}/heads/${id}`);
  await page.waitForFunction(() => window.faceborn);
  await page.evaluate(() => {
    const { stage, viewer } = window.faceborn;
    viewer.alive.idle = viewer.alive.follow = false;
    // picture() draws in full when it wants to: half the time is saved if the page does not as well
    Object.defineProperty(stage, 'drawnCoarse', { get: () => false, set: () => {} });
  });
}

/** The canvas, drawn in full now (or quickly), as { width, height, data }: RGBA rows from the top. */
export async function picture(page, quickly = false) {
  const { text, ...size } = await page.evaluate((quick) => {
    const { stage } = window.faceborn;
    stage.drawNow(quick);
    const copy = document.createElement('canvas');
    [copy.width, copy.height] = [300, Math.round((300 * stage.canvas.height) / stage.canvas.width)];
    const pen = copy.getContext('2d');
    pen.drawImage(stage.canvas, 0, 0, copy.width, copy.height);
    const { width, height, data } = pen.getImageData(0, 0, copy.width, copy.height);
    // as text: playwright takes a second for as many numbers
    let bytes = '';
    for (let at = 0; at < data.length; at += 8192) bytes += String.fromCharCode(...data.subarray(at, at + 8192));
    return { width, height, text: btoa(bytes) };
  }, quickly);
  return { ...size, data: Buffer.from(text, 'base64') };
}

/** Mean colour difference 0..255 of two pictures, within [left, top, right, bottom] 0..1. */
export function difference(a, b, [left, top, right, bottom] = [0, 0, 1, 1]) {
  let sum = 0, count = 0;
  for (let y = Math.floor(top * a.height); y < Math.ceil(bottom * a.height); y++) {
    for (let x = Math.floor(left * a.width); x < Math.ceil(right * a.width); x++) {
      for (let c = 0; c < 3; c++, count++) {
        const at = (y * a.width + x) * 4 + c;
        sum += Math.abs(a.data[at] - b.data[at]);
      }
    }
  }
  return sum / count;
}

/** Where a point of head space (metres) lies on the canvas, 0..1 from its upper left corner. */
export async function place(page, point) {
  return page.evaluate(([x, y, z]) => {
    const { stage } = window.faceborn;
    const at = stage.view.controls.target.clone().set(x, y, z).project(stage.camera);
    return [(at.x + 1) / 2, (1 - at.y) / 2];
  }, point);
}

/** A small square around a place. */
export const around = ([x, y], half = 0.012) => [x - half, y - half, x + half, y + half];

export async function settle(page) {
  await page.evaluate(() => new Promise((done) => setTimeout(done, 700)));
}

/** No serious fault by axe-core. Its script is given to the page from outside its policy. */
export async function assertAccessible(page, what) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  const serious = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
  assert.deepEqual(
    serious.map(({ id: rule, nodes }) => `${rule}: ${nodes.map(({ html }) => html).join(' | ').slice(0, 400)}`),
    [], what,
  );
}
export { assert };
