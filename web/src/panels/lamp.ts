/** The lamp's handle over the canvas: a small sun that one drags around the head. */
import { MathUtils, Matrix4, Vector3 } from 'three';
import { element, icon } from '../element';
import type { Viewer } from '../stage/viewer';
import { t } from '../text';

const RADIUS = 0.5; // of the smaller side of the canvas: where a lamp from the side is shown
const STEP_DEG = 5;
const REST_MS = 160; // without a picture from another side: the camera stands still

export interface LampHandle {
  node: HTMLElement;
  /** Puts it where the lamp is. */
  place: () => void;
  /** After each picture: follows the camera. */
  drawn: () => void;
}

export function lampHandle(viewer: Viewer): LampHandle {
  const { stage } = viewer;
  const { light, view } = stage;
  const node = element('button', { type: 'button', class: 'lamp', 'aria-label': t('light.handle') }, icon('light'));
  const side = (): number => RADIUS * Math.min(stage.canvas.clientWidth, stage.canvas.clientHeight);

  const place = (): void => {
    node.hidden = !light.settings.on || viewer.overlaid;
    const towards = light.lamp.position.clone().sub(light.lamp.target.position).normalize()
      .transformDirection(view.camera.matrixWorldInverse);
    // before the head 0..1 of the radius, behind it 1..2
    const off = Math.acos(MathUtils.clamp(towards.z, -1, 1)) / (Math.PI / 2);
    const flat = Math.hypot(towards.x, towards.y) || 1;
    const reach = Math.sqrt(Math.min(off, 1.2)) * side(); // off the face, where it can be seen
    const x = stage.canvas.clientWidth / 2 + (towards.x / flat) * reach;
    const y = stage.canvas.clientHeight / 2 - (towards.y / flat) * reach;
    node.style.transform = `translate(${x}px, ${y}px)`; // no layout, unlike left and top
    node.classList.toggle('behind', towards.z < 0);
  };
  // Where the processor draws the page too, moving the handle costs a fifth of the frames: it is
  // away while the camera moves.
  const placedFor = new Matrix4();
  let width = 0;
  let height = 0;
  let rest = 0;
  const drawn = (): void => {
    const { clientWidth, clientHeight } = stage.canvas;
    const stands = placedFor.equals(view.camera.matrixWorld);
    if (stands && clientWidth === width && clientHeight === height) return;
    placedFor.copy(view.camera.matrixWorld);
    [width, height] = [clientWidth, clientHeight];
    if (!stage.software) return place();
    node.classList.add('away');
    clearTimeout(rest);
    rest = setTimeout(() => {
      node.classList.remove('away');
      if (!node.hidden) place(); // another tab may be open by now
    }, REST_MS);
  };
  const changed = (): void => {
    light.applyLamp();
    stage.redraw(true);
    place();
  };
  const drag = (event: PointerEvent): void => {
    const box = stage.canvas.getBoundingClientRect();
    const x = (event.clientX - box.left - box.width / 2) / side();
    const y = -(event.clientY - box.top - box.height / 2) / side();
    const off = Math.min(Math.hypot(x, y) ** 2, 1.9) * (Math.PI / 2);
    const flat = Math.hypot(x, y) || 1;
    const towards = new Vector3((x / flat) * Math.sin(off), (y / flat) * Math.sin(off), Math.cos(off))
      .transformDirection(view.camera.matrixWorld);
    light.settings.azimuth_deg = MathUtils.radToDeg(Math.atan2(towards.x, towards.z));
    light.settings.height_deg = MathUtils.radToDeg(Math.asin(MathUtils.clamp(towards.y, -1, 1)));
    changed();
  };
  node.addEventListener('pointerdown', (event) => {
    node.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  node.addEventListener('pointermove', (event) => {
    if (node.hasPointerCapture(event.pointerId)) drag(event);
  });
  node.addEventListener('keydown', (event) => {
    const { settings } = light;
    if (event.key === 'ArrowLeft') settings.azimuth_deg -= STEP_DEG;
    else if (event.key === 'ArrowRight') settings.azimuth_deg += STEP_DEG;
    else if (event.key === 'ArrowUp') settings.height_deg = Math.min(85, settings.height_deg + STEP_DEG);
    else if (event.key === 'ArrowDown') settings.height_deg = Math.max(-60, settings.height_deg - STEP_DEG);
    else return;
    event.preventDefault();
    changed();
  });
  return { node, place, drawn };
}
