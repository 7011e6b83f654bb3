// The head is on the screen while the rest is still being packed, and what comes later can be saved.
import { assert, base, id, settle, withPage } from './harness.mjs';

const answer = (body, status = 200) => ({ status, contentType: 'application/json', body: JSON.stringify(body) });

await withPage({}, async (page) => {
  const done = await (await fetch(`${base}/api/heads/${id}`)).json();
  const { 'obj.zip': zip, ...files } = done.files;
  assert.ok(zip);
  const packing = { ...done, state: 'running', stage: 'pack', progress: 0.9, files };
  const started = { ...done, state: 'running', stage: 'texture', progress: 0.4, files: {}, report: null };
  let told = packing;
  let lost = true;
  await page.route(`**/api/heads/${id}`, (route) => route.fulfill(answer(told)));
  await page.route(`**/api/heads/${id}/events`, (route) => route.abort()); // then the page asks
  await page.route(`**/head.glb`, (route) => (lost ? route.fulfill(answer({ title: 'gone' }, 404)) : route.continue()));

  // its worker dies just when the page wants the file: the page waits for the next one
  await page.goto(`${base}/heads/${id}`);
  await page.waitForResponse(/head\.glb/);
  told = started;
  await settle(page);
  assert.ok(await page.isVisible('[role=progressbar]'));
  assert.equal(await page.evaluate(() => window.faceborn), undefined);

  lost = false;
  told = packing;
  await page.waitForFunction(() => window.faceborn);
  await page.click('[data-tab=save]');
  assert.ok(await page.isVisible('[data-name="head.glb"]'));
  assert.equal(await page.locator('[data-name="obj.zip"]').count(), 0);
  told = done;
  await page.waitForSelector('[data-name="obj.zip"]');
}, [/head\.glb.*404|404.*head\.glb/, /events/]);
