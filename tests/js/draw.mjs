// three.js in headless Chromium: node draw.mjs head.glb views.json [screenshots folder]
//
// views.json   [ { name, yaw, weights, turns, points: { name: [x, y, z] metres } } ]
// Prints JSON: { errors, facts, views: { name: { corners, points: { name: [r, g, b] } } } }, where
// a colour is the mean of a small patch around the point.
import { createServer } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const here = fileURLToPath(new URL('.', import.meta.url));
const [glbPath, viewsPath, screenshots] = process.argv.slice(2);
const glb = await readFile(glbPath);
const views = JSON.parse(await readFile(viewsPath, 'utf8'));
const TYPES = { '.html': 'text/html', '.js': 'text/javascript' };

const server = createServer(async (request, response) => {
  const path = normalize(new URL(request.url, 'http://x').pathname);
  if (path === '/head.glb') return response.end(glb);
  if (path === '/favicon.ico') return response.writeHead(204).end();
  try {
    const data = await readFile(join(here, path));
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' });
    response.end(data);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

const profile = await mkdtemp(join(tmpdir(), 'faceborn-chromium-'));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  args: [
    '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
    '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader',
  ],
  viewport: { width: 512, height: 512 },
});
try {
  const page = await browser.newPage();
  const errors = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(`http://127.0.0.1:${server.address().port}/page.html`);
  await page.waitForFunction(() => window.head, null, { timeout: 60_000 });

  const result = { facts: await page.evaluate(() => window.head.facts()), views: {} };
  for (const view of views) {
    result.views[view.name] = await page.evaluate((v) => {
      window.head.draw(v);
      const points = {};
      for (const [name, point] of Object.entries(v.points ?? {})) {
        const [x, y] = window.head.locate(point);
        points[name] = window.head.patch(x, y, 2);
      }
      const corners = [[2, 2], [509, 2]].map(([x, y]) => window.head.pixel(x, y));
      return { corners, points };
    }, view);
    if (screenshots) await page.screenshot({ path: join(screenshots, `${view.name}.png`) });
  }
  console.log(JSON.stringify({ ...result, errors }));
} finally {
  await browser.close();
  server.close();
  await rm(profile, { recursive: true, force: true });
}
