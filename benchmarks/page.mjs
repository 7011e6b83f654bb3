// node page.mjs ADDRESS-OF-A-HEAD: figures of the page in software GL, as JSON. See page.py.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const PANEL_PX = 372;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
    '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader',
  ],
});
const page = await browser.newPage({ viewport: { width: 800 + PANEL_PX, height: 600 } });
const first = [];
for (let round = 0; round < 4; round++) {
  await page.goto(process.argv[2]);
  await page.waitForFunction(() => window.faceborn, null, { timeout: 60_000 });
  await page.waitForTimeout(2500);
  first.push(await page.evaluate(() => performance.measure('first', 'glb', 'first-picture').duration));
}
const figures = await page.evaluate(async () => {
  const { stage, viewer } = window.faceborn;
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const rate = async () => {
    await wait(2500); // it finds the resolution at which it keeps up
    const [frames, from] = [stage.frames, performance.now()];
    await wait(4000);
    return {
      frames_per_second: (stage.frames - frames) / ((performance.now() - from) / 1000),
      resolution: stage.renderer.getPixelRatio() / devicePixelRatio,
    };
  };
  let on = true;
  const spin = (now) => {
    if (!on) return;
    stage.view.turnTo(now / 30);
    stage.redraw();
    requestAnimationFrame(spin);
  };
  requestAnimationFrame(spin);
  const camera = await rate();
  viewer.head.root.visible = false;
  const empty = await rate();
  viewer.head.root.visible = true;
  on = false;
  viewer.alive.idle = true;
  viewer.wake();
  const expression = await rate();
  viewer.alive.idle = false;
  return { canvas_px: [stage.canvas.clientWidth, stage.canvas.clientHeight], camera, expression, empty };
});
console.log(JSON.stringify({ first_picture_ms: first.map(Math.round), ...figures }));
await browser.close();
