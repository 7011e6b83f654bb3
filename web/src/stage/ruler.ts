/** Distances on the head in millimetres, drawn over the canvas. */
import { type Camera, Vector3 } from 'three';
import type { Head } from './head';
import { type Model, ibugPoint } from './model';

export const MEASURES = ['pupils', 'face', 'nose'] as const;
export type Measure = (typeof MEASURES)[number];

export interface Distance {
  from: Vector3; // metres, head at rest
  to: Vector3;
  mm: number; // with the reader's own scale
  sd_mm: number | null; // null: the reader gave the scale
}

/** Where a number stands: part of the way along its line, pixels from there. */
const LABELS: Record<Measure, { along: number; right: number; down: number; anchor: string }> = {
  pupils: { along: 0.5, right: 0, down: -14, anchor: 'middle' },
  face: { along: 1, right: 10, down: 5, anchor: 'start' }, // outside, where nothing else is
  nose: { along: 0.62, right: 12, down: 5, anchor: 'start' },
};

const SVG = 'http://www.w3.org/2000/svg';

export class Ruler {
  shown = false;
  /** What the reader gave, or null. */
  ownPupils_mm: number | null = null;

  constructor(private readonly head: Head, private readonly model: Model) {}

  /** True size over the size that the fit found. */
  get scale(): number {
    if (this.ownPupils_mm === null) return 1;
    const [from, to] = this.ends('pupils');
    return this.ownPupils_mm / (from.distanceTo(to) * 1000);
  }

  measure(name: Measure): Distance {
    const [from, to] = this.ends(name);
    const mm = from.distanceTo(to) * 1000 * this.scale;
    return { from, to, mm, sd_mm: this.ownPupils_mm === null ? mm * this.head.facts.scale_sd : null };
  }

  private ends(name: Measure): [Vector3, Vector3] {
    const { head, model } = this;
    if (name === 'pupils') return [this.pupil('right'), this.pupil('left')];
    if (name === 'nose') return [ibugPoint(model, head, 27), ibugPoint(model, head, 33)];
    // over the cheekbones: the widest pair of points along the outline of the face
    const pairs = [1, 2, 3].map((index) => [ibugPoint(model, head, index), ibugPoint(model, head, 16 - index)] as [Vector3, Vector3]);
    return pairs.reduce((a, b) => (b[0].distanceTo(b[1]) > a[0].distanceTo(a[1]) ? b : a));
  }

  /** The front of an eyeball that looks ahead. */
  private pupil(side: 'left' | 'right'): Vector3 {
    const center = this.head.joint(`eye_${side}`);
    const { start, count } = this.head.part(`eye_${side}`);
    const front = center.clone();
    for (let vertex = start; vertex < start + count; vertex++) {
      front.z = Math.max(front.z, this.head.vertex(vertex).z);
    }
    return front;
  }
}

/** Lines and numbers at their place on the canvas. */
export function drawMeasures(
  svg: SVGSVGElement, ruler: Ruler, camera: Camera, width: number, height: number, label: (mm: number) => string,
): void {
  svg.replaceChildren();
  if (!ruler.shown) return;
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const place = (point: Vector3): [number, number] => {
    const at = point.clone().project(camera);
    return [((at.x + 1) / 2) * width, ((1 - at.y) / 2) * height];
  };
  for (const name of MEASURES) {
    const { from, to, mm } = ruler.measure(name);
    const [x1, y1] = place(from);
    const [x2, y2] = place(to);
    const line = document.createElementNS(SVG, 'line');
    for (const [key, value] of Object.entries({ x1, y1, x2, y2 })) line.setAttribute(key, String(value));
    const text = document.createElementNS(SVG, 'text');
    const { along, right, down, anchor } = LABELS[name];
    text.setAttribute('x', String(x1 + along * (x2 - x1) + right));
    text.setAttribute('y', String(y1 + along * (y2 - y1) + down));
    text.setAttribute('text-anchor', anchor);
    text.textContent = label(mm);
    svg.append(line, text);
  }
}
