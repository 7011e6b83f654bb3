/** The lamp's handle over the canvas: a small sun that one drags around the head. */
import { MathUtils, Vector3 } from 'three';
import { element, icon } from '../element';
import type { Viewer } from '../stage/viewer';
import { t } from '../text';

const RADIUS = 0.5; // of the smaller side of the canvas: where a lamp from the side is shown
const STEP_DEG = 5;

/** node of the handle, and `place`, which puts it where the lamp is. */
export function lampHandle(viewer: Viewer): { node: HTMLElement; place: () => void } {
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
    node.style.left = `${stage.canvas.clientWidth / 2 + (towards.x / flat) * reach}px`;
    node.style.top = `${stage.canvas.clientHeight / 2 - (towards.y / flat) * reach}px`;
    node.classList.toggle('behind', towards.z < 0);
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
  return { node, place };
}
