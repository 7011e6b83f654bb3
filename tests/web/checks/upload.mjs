// A real portrait is uploaded, the page tells how far it is, and the head stands on the canvas.
import { assert, base, folder, picture, settle, withPage } from './harness.mjs';
import { join } from 'node:path';

await withPage({}, async (page) => {
  await page.goto(base);
  await page.evaluate(() => {
    window.stages = new Set();
    new MutationObserver(() => {
      window.stages.add(document.querySelector('.work [role=status]')?.textContent);
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  await page.setInputFiles('#photo', join(folder, 'portrait.jpg'));
  await page.waitForSelector('[role=progressbar]');
  await page.waitForFunction(() => window.faceborn, null, { timeout: 120_000 });
  const stages = await page.evaluate(() => [...window.stages]);
  const told = ['Fitting the head', 'Painting the skin'].filter((stage) => stages.includes(stage));
  assert.ok(told.length > 0, `stages were told: ${stages.join(', ')}`);
  assert.match(new URL(page.url()).pathname, /^\/heads\/[\w-]{16,}$/);

  // the first picture is a quick one; at rest the head is drawn in full
  await page.waitForFunction(() => !window.faceborn.stage.quick);

  await page.evaluate(() => window.faceborn.stage.view.reset(0));
  await settle(page);
  const { width, height, data } = await picture(page);
  const pixel = (x, y) => data.slice((Math.floor(y * height) * width + Math.floor(x * width)) * 4).slice(0, 4);
  for (const corner of [[0.02, 0.3], [0.98, 0.3]]) assert.equal(pixel(...corner)[3], 0, 'empty beside the head');
  const [r, g, b, a] = pixel(0.5, 0.5);
  assert.equal(a, 255, 'a head in the middle');
  assert.ok(r > g && g > b * 0.95 && r > 90, `of skin: ${[r, g, b]}`);
  const covered = data.filter((_, index) => index % 4 === 3 && data[index] > 128).length / (width * height);
  assert.ok(covered > 0.2 && covered < 0.85, `large, but not filling: ${covered}`);
});
