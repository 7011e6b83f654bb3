// What one can do with a head is seen in its pixels.
import { around, assert, difference, openHead, picture, place, settle, withPage } from './harness.mjs';

const ibug = (page, index) => page.evaluate(async (number) => {
  const { viewer } = window.faceborn;
  const ruler = await viewer.ruler();
  const { model, head } = ruler;
  const sum = [0, 0, 0];
  model.ibug_68.vertices[number].forEach((vertex, corner) => {
    for (let axis = 0; axis < 3; axis++) {
      sum[axis] += head.positions[vertex * 3 + axis] * model.ibug_68.weights[number][corner];
    }
  });
  return sum;
}, index);
const setSlider = (page, name, value) => page.$eval(`input[data-name=${name}]`, (input, to) => {
  input.value = to;
  input.dispatchEvent(new Event('input'));
}, value);

await withPage({}, async (page) => {
  await openHead(page);
  await page.evaluate(() => window.faceborn.stage.view.reset(0));
  const plain = await picture(page);

  // every view differs from every other
  const views = { textured: plain };
  for (const mode of ['clay', 'wireframe', 'normals', 'source']) {
    await page.click(`[data-value=${mode}]`);
    views[mode] = await picture(page);
  }
  const names = Object.keys(views);
  for (const [index, a] of names.entries()) {
    for (const b of names.slice(index + 1)) {
      assert.ok(difference(views[a], views[b]) > 4, `${a} and ${b} differ`);
    }
  }
  assert.ok(await page.isVisible('.legend'), 'the sources have a legend');
  await page.click('[data-value=textured]');

  // light changes the face
  await page.click('[data-value=sunset]');
  await settle(page);
  assert.ok(difference(plain, await picture(page), [0.35, 0.3, 0.65, 0.6]) > 2, 'surroundings');
  await page.click('[data-value=studio]');
  await settle(page);

  // a slider moves the mouth, and only the mouth
  await page.click('[data-tab=face]');
  await page.waitForSelector('details');
  const chinBefore = await place(page, await ibug(page, 8));
  await setSlider(page, 'jawOpen', 1);
  await settle(page);
  const chinAfter = await place(page, await ibug(page, 8));
  const mouth = await place(page, await ibug(page, 66));
  const brow = await place(page, await ibug(page, 19));
  const open = await picture(page);
  assert.ok(chinAfter[1] - chinBefore[1] > 0.02, 'the chin goes down');
  assert.ok(difference(plain, open, around(mouth, 0.02)) > 15, 'the mouth changes');
  assert.ok(difference(plain, open, around(brow, 0.02)) < 3, 'the brows do not');
  await page.click('[data-value=neutral]');
  await settle(page);
  assert.ok(difference(plain, await picture(page)) < 0.5, 'and back');

  // spectacles: seen before the eyes and beside the skull, not behind the ear
  await page.click('[data-tab=glasses]');
  await page.click('[data-value=Brutus]');
  await page.click('[data-value=blue]');
  await settle(page);
  const probes = await page.evaluate(async () => {
    const glasses = await window.faceborn.viewer.glasses();
    return { beside: glasses.probes.beside.toArray(), behind: glasses.probes.behind.toArray() };
  });
  const worn = await picture(page);
  const nose = await place(page, await ibug(page, 27));
  assert.ok(difference(plain, worn, around(nose, 0.04)) > 6, 'on the nose');
  await page.evaluate(() => window.faceborn.stage.view.turnTo(90));
  const sideWorn = await picture(page);
  await page.click('[role=radio][data-value=""]');
  const sideBare = await picture(page);
  const beside = await place(page, probes.beside);
  const behind = await place(page, probes.behind);
  assert.ok(difference(sideWorn, sideBare, around(beside)) > 15, 'the temple is seen beside the head');
  assert.ok(difference(sideWorn, sideBare, around(behind)) < 6, 'its end is hidden by the ear');
  await page.evaluate(() => window.faceborn.stage.view.reset(0));

  // shape: the nose grows, reset brings the person back
  await page.click('[data-tab=shape]');
  await page.waitForSelector('input[data-name=noseWidth]');
  const wing = await ibug(page, 35);
  await setSlider(page, 'noseWidth', 1);
  assert.ok((await ibug(page, 35))[0] - wing[0] > 0.001, 'the wing of the nose goes outward');
  await page.click('[data-name=shape-reset]');
  assert.ok(difference(plain, await picture(page)) < 0.5, 'this person again');

  // ruler: the reader's pupil distance scales everything
  await page.click('[data-tab=measure]');
  const read = async (name) => {
    const words = await page.textContent(`[data-name=${name}] b`);
    return Number.parseFloat(words);
  };
  const [pupils, face] = [await read('pupils'), await read('face')];
  assert.ok(pupils > 52 && pupils < 74, `pupils ${pupils}`);
  assert.match(await page.textContent('[data-name=pupils]'), /±/);
  await page.fill('#pupils', '70');
  assert.equal(await read('pupils'), 70);
  assert.ok(Math.abs((await read('face')) / face - 70 / pupils) < 0.01);
  assert.doesNotMatch(await page.textContent('[data-name=pupils]'), /±/);
  await page.fill('#pupils', '20');
  assert.match(await page.textContent('#pupils-said'), /45 to 80/);

  // photo: at one end of the slider the photo alone, at the other the head alone
  await page.click('[data-tab=photo]');
  await page.click('.toggle');
  await page.waitForFunction(() => window.faceborn.viewer.overlaid);
  await settle(page);
  await setSlider(page, 'fade', 0);
  const photo = await picture(page);
  await setSlider(page, 'fade', 1);
  const head = await picture(page);
  assert.ok(difference(photo, head) > 8, 'photo and head differ');
  assert.ok(difference(photo, head, [0.45, 0.4, 0.55, 0.55]) < 70, 'the face lies on the face');
  await page.click('.toggle');
  await settle(page);

  // keyboard: arrows turn the head
  await page.focus('canvas');
  const before = await page.evaluate(() => window.faceborn.stage.view.camera.position.x);
  await page.keyboard.press('ArrowRight');
  assert.notEqual(await page.evaluate(() => window.faceborn.stage.view.camera.position.x), before);
  await page.focus('[data-tab=photo]');
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.getAttribute('[data-tab=save]', 'aria-selected'), 'true', 'arrows move the tabs');

  // the other language
  await page.selectOption('select', 'de');
  assert.match(await page.textContent('.tabs'), /Sichern/);
  assert.equal(await page.getAttribute('html', 'lang'), 'de');
});
