/** Panel: the photo over the head, and the other faces in it. */
import type { Status } from '../api';
import { slider, toggle } from '../controls';
import { element } from '../element';
import type { Viewer } from '../stage/viewer';
import { t } from '../text';
import { faceBoxes } from '../upload/faces';

export function photoPanel(viewer: Viewer, status: Status, chooseFace: (number: number) => void): Node[] {
  const { overlay, stage } = viewer;
  const address = status.files['photo.jpg'];
  const fade = slider({
    label: t('photo.fade'), name: 'fade', min: 0, max: 1, value: overlay.fade,
    changed: (value) => {
      overlay.fade = value;
      stage.redraw();
    },
  });
  fade.node.hidden = !viewer.overlaid;
  const nodes: Node[] = [];
  if (address) {
    const hint = element('p', { class: 'quiet' }, t('photo.hint'));
    const lay = async (on: boolean): Promise<void> => {
      fade.node.hidden = !on;
      if (on) await overlay.load(address);
      viewer.setOverlaid(on);
    };
    nodes.push(
      element('section', {}, toggle(t('photo.overlay'), viewer.overlaid, (on) => void lay(on)), hint, fade.node),
    );
  }
  if (address && status.photo) {
    const figure = element('div', { class: 'photos' }, element('img', { src: address, alt: '' }));
    if (status.faces.length > 1) {
      figure.append(...faceBoxes(status.photo, status.faces, status.face, (number) => {
        if (number !== status.face) chooseFace(number);
      }));
      nodes.push(element('section', {}, element('h3', {}, t('photo.others')), figure));
    } else nodes.push(figure);
  }
  return nodes;
}
