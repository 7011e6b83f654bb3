/** Boxes over a photo, one per face, to choose one. */
import type { FoundFace } from '../api';
import { element } from '../element';
import { t } from '../text';

/** size  of the photo that the boxes refer to, pixels */
export function faceBoxes(
  size: { width: number; height: number },
  faces: readonly FoundFace[],
  current: number,
  choose: (number: number) => void,
): HTMLElement[] {
  return faces.map(({ number, box_px: [x, y, width, height] }) => {
    const box = element(
      'button',
      {
        type: 'button', class: 'facebox', 'aria-pressed': number === current ? 'true' : 'false',
        'aria-label': t('faceNumber', { number }),
        onclick: () => choose(number),
      },
      element('span', {}, String(number)),
    );
    box.style.left = `${(x / size.width) * 100}%`;
    box.style.top = `${(y / size.height) * 100}%`;
    box.style.width = `${(width / size.width) * 100}%`;
    box.style.height = `${(height / size.height) * 100}%`;
    return box;
  });
}
