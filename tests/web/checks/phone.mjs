// On a phone everything is within reach; axe-core finds no serious fault, dark or light.
import { assert, assertAccessible, base, openHead, picture, settle, withPage } from './harness.mjs';

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
await withPage({ ...PHONE, colorScheme: 'dark' }, async (page) => {
  await page.goto(base);
  await page.waitForSelector('.drop');
  await assertAccessible(page, 'start, dark');
  await openHead(page);
  await settle(page);
  const boxes = await page.evaluate(() => {
    const box = (selector) => {
      const { left, right, top, bottom } = document.querySelector(selector).getBoundingClientRect();
      return { left, right, top, bottom };
    };
    return { stage: box('.stage'), panel: box('.panel'), width: document.documentElement.scrollWidth };
  });
  assert.ok(boxes.width <= 390, 'nothing sticks out');
  assert.ok(boxes.panel.top > 400 && boxes.panel.bottom <= 845, 'the sheet is below the head');
  for (const tab of ['light', 'face', 'shape', 'glasses', 'measure', 'photo', 'save']) {
    await page.tap(`[data-tab=${tab}]`);
    await page.waitForFunction(() => document.querySelectorAll('.sheet > *').length > 1);
    await assertAccessible(page, `${tab}, dark`);
    const small = await page.$$eval('.tabs button, .switch button', (all) =>
      all.filter((one) => one.getBoundingClientRect().height < 36).length);
    assert.equal(small, 0, 'buttons are large enough for a finger');
  }
  const { data } = await picture(page, true);
  assert.ok(data.filter((value, index) => index % 4 === 3 && value > 128).length > data.length / 4 / 5, 'a head');
});
await withPage({ colorScheme: 'light' }, async (page) => {
  await page.goto(base);
  await page.waitForSelector('.drop');
  await assertAccessible(page, 'start, light');
  await openHead(page);
  for (const tab of ['light', 'face', 'glasses', 'measure', 'save']) {
    await page.click(`[data-tab=${tab}]`);
    await page.waitForFunction(() => document.querySelectorAll('.sheet > *').length > 1);
    await assertAccessible(page, `${tab}, light`);
  }
});
