// Every download is a valid file; the link works; delete deletes.
import { readFile } from 'node:fs/promises';
import { assert, base, id, openHead, withPage } from './harness.mjs';

await withPage({}, async (page) => {
  await openHead(page);
  await page.click('[data-tab=save]');
  const fetchFile = async (name) => {
    const waiting = page.waitForEvent('download');
    await page.click(`[data-name="${name}"]`);
    return readFile(await (await waiting).path());
  };
  const glb = await fetchFile('head.glb');
  assert.equal(glb.toString('latin1', 0, 4), 'glTF');
  assert.equal(glb.readUInt32LE(8), glb.length);

  const zip = await fetchFile('obj.zip');
  assert.equal(zip.toString('latin1', 0, 2), 'PK');
  assert.ok(zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1')) > 0, 'has its directory');
  assert.ok(zip.includes('.obj') && zip.includes('.mtl'));

  const png = await fetchFile('png');
  assert.equal(png.toString('latin1', 1, 4), 'PNG');
  assert.ok(png.readUInt32BE(16) > 300 && png.length > 20_000, 'a picture with something in it');
  assert.equal(png.toString('latin1', png.length - 8, png.length - 4), 'IEND');

  const gif = await fetchFile('gif');
  assert.equal(gif.toString('latin1', 0, 6), 'GIF89a');
  assert.equal(gif.at(-1), 0x3b);
  const decoded = await page.evaluate(async (text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const decoder = new ImageDecoder({ data: bytes, type: 'image/gif' });
    await decoder.tracks.ready;
    await decoder.completed;
    const read = async (index) => {
      const { image } = await decoder.decode({ frameIndex: index });
      const canvas = new OffscreenCanvas(32, 32);
      const pen = canvas.getContext('2d');
      pen.drawImage(image, 0, 0, 32, 32);
      image.close();
      return [...pen.getImageData(0, 0, 32, 32).data];
    };
    return { frames: decoder.tracks.selectedTrack.frameCount, front: await read(0), back: await read(20) };
  }, gif.toString('base64'));
  assert.equal(decoded.frames, 40);
  const changed = decoded.front.filter((value, index) => Math.abs(value - decoded.back[index]) > 20).length;
  assert.ok(changed > 300, 'the head turns');

  if (await page.isVisible('[data-name=mp4]')) {
    const mp4 = await fetchFile('mp4');
    assert.equal(mp4.toString('latin1', 4, 8), 'ftyp');
    assert.ok(mp4.includes('moov') && mp4.includes('avcC'));
  }
  await page.click('[data-name=link]');
  await page.waitForFunction(() => /copied|\/heads\//i.test(document.querySelector('.sheet').textContent));

  page.on('dialog', (dialog) => void dialog.accept());
  await page.click('[data-name=delete]');
  await page.waitForSelector('#photo', { state: 'attached' });
  assert.match(await page.textContent('.start'), /deleted/);
  await page.goto(`${base}/heads/${id}`);
  await page.waitForSelector('#photo', { state: 'attached' });
  assert.match(await page.textContent('.problem'), /no head under this link/i);
}, [/\/api\/heads\/.*(404|410)|(404|410).*\/api\/heads/]);
