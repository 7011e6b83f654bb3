/** Panel: downloads, the private link, delete. */
import { deleteHead, type Status } from '../api';
import { element, icon } from '../element';
import type { Viewer } from '../stage/viewer';
import { language, t } from '../text';
import { canEncodeMp4, makeGif, makeMp4 } from './turntable';

export function savePanel(viewer: Viewer, status: Status, deleted: () => void): Node[] {
  const { stage } = viewer;
  const said = element('p', { class: 'quiet', role: 'status' });
  const say = (text: string): void => void (said.textContent = text);
  const make = (work: (progress: (part: number) => void) => Promise<Blob>, name: string) => async (): Promise<void> => {
    try {
      const blob = await work((part) => say(t('save.making', { percent: Math.round(part * 100) })));
      download(blob, name);
      say('');
    } catch {
      say(t('save.failed'));
    }
  };
  const png = (): Promise<Blob> => {
    stage.drawNow();
    return new Promise((resolve, reject) => {
      stage.canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('empty'))), 'image/png');
    });
  };
  const copy = async (): Promise<void> => {
    const link = `${location.origin}/heads/${status.id}`;
    try {
      await navigator.clipboard.writeText(link);
      say(t('save.copied'));
    } catch {
      say(link); // no clipboard on this address: to be copied by hand
    }
  };
  const remove = async (): Promise<void> => {
    if (!confirm(t('save.deleteAsk'))) return;
    try {
      await deleteHead(status.id);
      deleted();
    } catch {
      say(t('save.failed'));
    }
  };
  const until = new Date(status.expires).toLocaleString(language(), { dateStyle: 'medium', timeStyle: 'short' });
  const mp4 = action('save', 'mp4', t('save.mp4'), t('save.turnHint'), make((p) => makeMp4(stage, p), 'head.mp4'));
  mp4.hidden = true;
  void canEncodeMp4().then((can) => (mp4.hidden = !can));
  return [
    element(
      'section', {},
      file(status, 'head.glb', t('save.glb'), t('save.glbHint')),
      file(status, 'obj.zip', t('save.obj'), t('save.objHint')),
      action('photo', 'png', t('save.png'), t('save.pngHint'), make(png, 'head.png')),
      action('reset', 'gif', t('save.gif'), t('save.turnHint'), make((p) => makeGif(stage, p), 'head.gif')),
      mp4,
    ),
    element(
      'section', {},
      action('link', 'link', t('save.link'), t('save.linkHint', { time: until }), copy),
      action('trash', 'delete', t('save.delete'), '', remove),
    ),
    said,
  ];
}

function file(status: Status, name: string, title: string, hint: string): HTMLElement | null {
  const address = status.files[name];
  if (!address) return null;
  return element(
    'a', { class: 'act', href: address, download: name, 'data-name': name },
    icon('save'), element('span', {}, title, element('small', {}, hint)),
  );
}

function action(picture: string, name: string, title: string, hint: string, act: () => Promise<void>): HTMLElement {
  return element(
    'button',
    { type: 'button', class: name === 'delete' ? 'act bad' : 'act', 'data-name': name, onclick: () => void act() },
    icon(picture),
    element('span', {}, title, hint ? element('small', {}, hint) : null),
  );
}

function download(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = element('a', { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
