// node web/make-example.mjs ADDRESS-OF-A-HEAD: public/example.webp, the picture of the first screen.
// The head is that of NASA's astronaut (src/faceborn/assets), drawn by this page.
import { readFile, writeFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
});
const page = await browser.newPage({ viewport: { width: 1472, height: 1100 } });
await page.goto(process.argv[2]);
await page.waitForFunction(() => window.faceborn, null, { timeout: 120_000 });
const photo = await readFile(new URL('../src/faceborn/assets/astronaut.jpg', import.meta.url), 'base64');
const picture = await page.evaluate(async (base64) => {
  const { stage, viewer } = window.faceborn;
  viewer.alive.idle = viewer.alive.follow = false;
  for (const [name, weight] of Object.entries(viewer.head.facts.expression)) viewer.expression.set(name, weight);
  viewer.expression.show();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [920, 880];
  const pen = canvas.getContext('2d');
  const draw = (azimuth_deg, x, y, size) => {
    stage.view.reset(azimuth_deg);
    stage.drawNow();
    const { width, height } = stage.canvas;
    pen.drawImage(stage.canvas, (width - height) / 2, 0, height, height, x, y, size, size);
  };
  draw(18, 60, 0, 880);
  // the bust ends softly
  pen.globalCompositeOperation = 'destination-out';
  const fade = pen.createLinearGradient(0, 700, 0, 880);
  fade.addColorStop(0, 'rgba(0,0,0,0)');
  fade.addColorStop(1, 'rgba(0,0,0,1)');
  pen.fillStyle = fade;
  pen.fillRect(0, 700, 920, 180);
  pen.globalCompositeOperation = 'source-over';
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], { type: 'image/jpeg' }));
  await image.decode();
  pen.shadowColor = 'rgba(40, 25, 15, 0.3)';
  pen.shadowBlur = 34;
  pen.shadowOffsetY = 10;
  pen.beginPath();
  pen.roundRect(24, 560, 260, 260, 30);
  pen.fillStyle = '#fff';
  pen.fill();
  pen.shadowColor = 'transparent';
  pen.beginPath();
  pen.roundRect(34, 570, 240, 240, 22);
  pen.clip();
  pen.drawImage(image, 110, 10, 260, 260, 34, 570, 240, 240);
  return canvas.toDataURL('image/webp', 0.86).split(',')[1];
}, photo);
await writeFile(new URL('public/example.webp', import.meta.url), Buffer.from(picture, 'base64'));
await browser.close();
