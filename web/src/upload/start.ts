/** The first screen: drop, paste, choose or take a photo. */
import type { Limits } from '../api';
import { append, element, icon } from '../element';
import { formatNumber, t } from '../text';
import { takePhoto } from './webcam';

export interface ChosenPhoto {
  blob: Blob;
  name: string;
}

/** problem  what went wrong before, in words */
export function startScreen(
  limits: Limits | null,
  problem: string,
  chosen: (photo: ChosenPhoto) => void,
): { node: HTMLElement; leave: () => void } {
  const words = element('span', {}, problem);
  const alert = element('p', { class: 'problem', role: 'alert' }, icon('alert'), words);
  alert.hidden = !problem;
  const say = (text: string): void => {
    words.textContent = text;
    alert.hidden = false;
  };
  const touch = matchMedia('(pointer: coarse)').matches; // nothing to drop or paste with
  const invite = t(touch ? 'dropTouch' : 'drop');
  const invitation = element('strong', {}, invite);
  const take = (blob: Blob, name: string): void => {
    // phones give HEIC without a type: only what says that it is something else is refused here
    if (blob.type && !blob.type.startsWith('image/')) return say(t('notPicture'));
    if (limits && blob.size > limits.max_upload_bytes) {
      return say(t('tooLarge', {
        size: formatNumber(blob.size / 1e6, 1),
        limit: formatNumber(limits.max_upload_bytes / 1e6, 0),
      }));
    }
    chosen({ blob, name });
  };
  const input = element('input', {
    type: 'file', accept: 'image/*,.heic,.heif,.avif', class: 'hidden-words', id: 'photo',
    tabindex: -1, 'aria-label': t('choose'),
  });
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    if (file) take(file, file.name);
    input.value = '';
  });
  const shoot = async (): Promise<void> => {
    try {
      const photo = await takePhoto();
      if (photo) take(photo, 'camera.jpg');
    } catch {
      say(t('cameraDenied'));
    }
  };
  const node = element(
    'main',
    { class: 'start welcome', id: 'main' },
    element('img', { class: 'example', src: '/example.webp', alt: t('example'), width: 920, height: 880 }),
    element(
      'div',
      { class: 'intro' },
      element('h1', {}, t('title')),
      element('p', { class: 'lead' }, t('lead')),
      element(
        'div',
        { class: 'drop' },
        icon('face'),
        invitation,
        element('span', { class: 'quiet' }, t(touch ? 'dropTouchHint' : 'dropHint')),
        alert,
        element(
          'div',
          { class: 'row' },
          element('button', { class: 'button first', type: 'button', onclick: () => input.click() }, t('choose')),
          cameraButton(() => void shoot()),
        ),
        input,
      ),
      element('p', { class: 'quiet privacy' }, t('privacy', { time: keptFor(limits?.keep_seconds ?? 86400) })),
    ),
  );
  const onPaste = (event: ClipboardEvent): void => {
    const file = event.clipboardData?.files[0];
    if (file) take(file, file.name);
  };
  const onDrag = (event: DragEvent): void => {
    event.preventDefault();
    const over = event.type === 'dragover';
    node.classList.toggle('over', over);
    invitation.textContent = over ? t('release') : invite;
    if (event.type !== 'drop') return;
    const file = event.dataTransfer?.files[0];
    if (file) take(file, file.name);
  };
  const drags = ['dragover', 'dragleave', 'drop'] as const;
  document.addEventListener('paste', onPaste);
  for (const kind of drags) document.addEventListener(kind, onDrag);
  return {
    node,
    leave() {
      document.removeEventListener('paste', onPaste);
      for (const kind of drags) document.removeEventListener(kind, onDrag);
    },
  };
}

/** "24 hours", "7 days" */
function keptFor(seconds: number): string {
  const hours = seconds / 3600;
  return hours > 48
    ? t('days', { count: formatNumber(hours / 24, 0) })
    : t('hours', { count: formatNumber(hours, hours < 2 ? 1 : 0) });
}

function cameraButton(shoot: () => void): HTMLElement | null {
  if (!navigator.mediaDevices) return null; // not a secure address: no camera
  const button = element('button', { class: 'button', type: 'button', onclick: shoot });
  append(button, icon('camera'), t('useCamera'));
  return button;
}
