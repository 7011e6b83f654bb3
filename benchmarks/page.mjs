// node page.mjs ADDRESS-OF-A-HEAD: figures of the page in software GL, as JSON. See page.py.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const PANEL_PX = 372;

/** Milliseconds of processor that the browser's own processes have used, drawing included. */
function processor_ms() {
  const ticks = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((pid) => {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('chromium')) return 0;
      const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /, '').split(' ');
      return Number(fields[11]) + Number(fields[12]);
    } catch {
      return 0; // it has ended meanwhile
    }
  });
  return ticks.reduce((sum, one) => sum + one, 0) * 10;
}
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
    '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader',
    '--disable-gpu-compositing', // as Chromium does by itself where there is no graphics card
  ],
});
const page = await browser.newPage({ viewport: { width: 800 + PANEL_PX, height: 600 } });
const first = [];
for (let round = 0; round < 4; round++) {
  await page.goto(process.argv[2]);
  await page.waitForFunction(() => window.faceborn, null, { timeout: 60_000 });
  await page.waitForTimeout(2500);
  first.push(await page.evaluate(() => {
    const glb = performance.getEntriesByType('resource').find(({ name }) => /head\.glb/.test(name));
    return performance.getEntriesByName('first-picture')[0].startTime - glb.responseEnd;
  }));
}
const rate = async () => {
  await page.waitForTimeout(3000); // it finds the resolution at which it keeps up
  const look = () => page.evaluate(() => {
    const { stage } = window.faceborn;
    return { frames: stage.frames, now: performance.now(), ratio: stage.renderer.getPixelRatio() / devicePixelRatio };
  });
  const [before, used] = [await look(), processor_ms()];
  await page.waitForTimeout(4000);
  const [after, now_used] = [await look(), processor_ms()];
  const frames = after.frames - before.frames;
  return {
    frames_per_second: Number((frames / ((after.now - before.now) / 1000)).toFixed(1)),
    processor_ms_per_frame: Number(((now_used - used) / frames).toFixed(1)),
    resolution: Number(after.ratio.toFixed(2)),
  };
};
await page.evaluate(() => {
  const { stage } = window.faceborn;
  window.spinning = true;
  const spin = (now) => {
    if (!window.spinning) return;
    stage.view.turnTo(now / 30);
    stage.redraw();
    requestAnimationFrame(spin);
  };
  requestAnimationFrame(spin);
});
const camera = await rate();
await page.evaluate(() => { window.faceborn.viewer.head.root.visible = false; });
const empty = await rate();
await page.evaluate(() => {
  const { viewer } = window.faceborn;
  viewer.head.root.visible = true;
  window.spinning = false;
  viewer.alive.idle = true;
  viewer.wake();
});
const expression = await rate();
const canvas_px = await page.evaluate(() => {
  const { canvas } = window.faceborn.stage;
  return [canvas.clientWidth, canvas.clientHeight];
});
console.log(JSON.stringify({ first_picture_ms: first.map(Math.round), canvas_px, camera, expression, empty }));
await browser.close();
