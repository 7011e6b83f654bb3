/** Takes a photo with the device's camera. */
import { element } from '../element';
import { t } from '../text';

/** The photo, or null if the reader thought better of it. Throws if there is no camera. */
export async function takePhoto(): Promise<Blob | null> {
  const media = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: 'user', width: { ideal: 1920 }, height: { ideal: 1080 } },
  });
  const video = element('video', { autoplay: true, playsinline: true, muted: true });
  video.muted = true;
  video.srcObject = media;
  return new Promise((resolve) => {
    let photo: Blob | null = null;
    const shoot = async (): Promise<void> => {
      const canvas = element('canvas', { width: video.videoWidth, height: video.videoHeight });
      canvas.getContext('2d')?.drawImage(video, 0, 0);
      photo = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.95));
      dialog.close();
    };
    const dialog = element(
      'dialog',
      { class: 'camera', 'aria-label': t('cameraTitle') },
      element('h2', {}, t('cameraTitle')),
      element('p', { class: 'quiet' }, t('cameraHint')),
      element('div', { class: 'finder' }, video),
      element(
        'div',
        { class: 'row' },
        element('button', { class: 'button plain', type: 'button', onclick: () => dialog.close() }, t('cancel')),
        element('button', { class: 'button first', type: 'button', onclick: () => void shoot() }, t('cameraShoot')),
      ),
    );
    dialog.addEventListener('close', () => {
      for (const track of media.getTracks()) track.stop();
      dialog.remove();
      resolve(photo);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
