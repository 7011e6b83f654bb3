// What cannot become a head is said in words, and one can go on.
import { assert, base, folder, withPage } from './harness.mjs';
import { join } from 'node:path';

const REFUSED = /(4\d\d).*\/api\/heads/; // the browser logs every answer that refuses
await withPage({}, async (page) => {
  const send = async (file) => {
    await page.goto(base);
    await page.setInputFiles('#photo', join(folder, file));
    await page.waitForSelector('.problem:not([hidden])');
    const words = await page.textContent('.problem');
    assert.ok(words.length > 20 && !/[{}<>]|undefined|null|Error:/.test(words), words);
    assert.ok(await page.isVisible('.start button.first'), 'one can try another photo');
    return words;
  };
  assert.match(await send('empty.png'), /no face/i);
  assert.match(await send('broken.jpg'), /photo|picture|image|file/i);
  assert.match(await send('words.txt'), /not a picture/i);
  await page.goto(`${base}/heads/AAAAAAAAAAAAAAAAAAAAAA`);
  await page.waitForSelector('.problem:not([hidden])');
  assert.match(await page.textContent('.problem'), /no head/i);

  // paste, and the camera
  await page.goto(base);
  await page.waitForSelector('.drop');
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(['words'], 'a.txt', { type: 'text/plain' }));
    document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data }));
  });
  assert.match(await page.textContent('.problem'), /not a picture/i);
  await page.click('text=Use the camera');
  await page.waitForFunction(() => document.querySelector('video')?.videoWidth > 0);
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog', { state: 'detached' });
}, [REFUSED, /\/api\/heads.*4\d\d/]);
