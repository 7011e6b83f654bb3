/** The screen between photo and head: how far it is, and which face. */
import type { Status } from '../api';
import { element } from '../element';
import { t, tName } from '../text';
import { faceBoxes } from './faces';

export class WorkScreen {
  readonly node: HTMLElement;
  private readonly stage = element('p', { class: 'quiet', role: 'status' });
  private readonly fill = element('div');
  private readonly meter = element(
    'div',
    { class: 'meter', role: 'progressbar', 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-label': t('working') },
    this.fill,
  );
  private readonly figure = element('figure');
  private readonly question = element('p', { class: 'question', 'aria-live': 'polite' });
  private drawnFaces = '';

  /** photo  address of the picture to show, if there is one */
  constructor(photo: string | null, private readonly chooseFace: (number: number) => void) {
    if (photo) {
      const image = element('img', { src: photo, alt: '' });
      image.addEventListener('error', () => (this.figure.hidden = true)); // HEIC
      this.figure.append(image);
    } else this.figure.hidden = true;
    this.question.hidden = true;
    this.node = element(
      'main',
      { class: 'start', id: 'main' },
      element(
        'div',
        { class: 'work' },
        this.figure, this.question, element('h2', {}, t('working')), this.meter, this.stage,
      ),
    );
    this.sent(0);
  }

  /** part  of the photo that has left, 0..1 */
  sent(part: number): void {
    this.show(t('sending'), part * 0.08);
  }

  heard(status: Status): void {
    const stage = status.state === 'queued' ? 'queued' : status.stage;
    this.show(stage ? tName(`stage.${stage}`) : '', 0.08 + 0.87 * status.progress);
    this.drawFaces(status);
  }

  loading(): void {
    this.show(t('stage.loading'), 0.97);
  }

  private show(words: string, part: number): void {
    if (this.stage.textContent !== words) this.stage.textContent = words;
    this.fill.style.transform = `scaleX(${part})`;
    this.meter.setAttribute('aria-valuenow', String(Math.round(part * 100)));
  }

  private drawFaces({ faces, photo, face }: Status): void {
    if (faces.length < 2 || !photo) return;
    const key = JSON.stringify([faces, face]);
    if (key === this.drawnFaces) return;
    this.drawnFaces = key;
    for (const old of this.figure.querySelectorAll('.facebox')) old.remove();
    this.figure.append(...faceBoxes(photo, faces, face, (number) => {
      if (number !== face) this.chooseFace(number);
    }));
    this.question.textContent = t('facesFound', { count: faces.length, number: face });
    this.question.hidden = false;
  }
}
