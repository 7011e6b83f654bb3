/** Spectacles on the head: placed by nose and ears, in millimetres. */
import { Color, DoubleSide, Group, Mesh, MeshStandardMaterial, Vector3 } from 'three';
import { readJson } from '../api';
import { type FrameDesign, frontParts, hingeOf, lensEdge, lensShape, templeAlong } from './frame-parts';
import type { Head } from './head';
import { type Model, ibugPoint } from './model';

export const TINTS = { clear: 0xf4f8fb, grey: 0x22262a, brown: 0x4a2c17, green: 0x1f3a2a, blue: 0x1d3560 } as const;
export type Tint = keyof typeof TINTS;
export const COLORS = {
  black: [0x111113, 0.25, 0], tortoise: [0x5a2d12, 0.22, 0], blue: [0x1c3357, 0.25, 0], red: [0x5c1420, 0.25, 0],
  clear: [0xcfc8bd, 0.15, 0], gold: [0xc9a25a, 0.28, 1], silver: [0xb9bcc2, 0.25, 1],
} as const;
export type FrameColor = keyof typeof COLORS;
/** What a kind of frame is made of, until the reader chooses. */
const USUAL: Record<FrameDesign['kind'], FrameColor> = { acetate: 'black', metal: 'gold', rimless: 'silver' };

const RIDE_MM = 2.6; // of the bridge's middle before the bone of the nose
const TILT_RAD = 0.12; // the lower rim is nearer to the cheek
const EAR_ABOVE_MM = 1.2;
const EAR_BESIDE_MM = 1.6;
const CLEAR_MM = 1.6; // of a temple beside the skull
const HOOK_MM = 34; // of a temple behind the ear

export class Glasses {
  design: FrameDesign | null = null;
  tint: Tint = 'clear';
  chosenColor: FrameColor | null = null;
  /** 0 high on the nose .. 1 low */
  lower = 0.25;
  /** True millimetres per millimetre of the head as drawn: 1 unless the reader gave a measure. */
  scale = 1;
  /** Along each temple, metres, head space: half way to the ear, and behind the ear. */
  readonly probes: Record<'beside' | 'behind', Vector3> = { beside: new Vector3(), behind: new Vector3() };
  private readonly group = new Group();
  private readonly frame = new MeshStandardMaterial({ side: DoubleSide });
  private readonly lens = new MeshStandardMaterial({
    transparent: true, depthWrite: false, roughness: 0.03, metalness: 0, side: DoubleSide, envMapIntensity: 1.6,
  });

  /** The cut edge of a lens that no rim hides. */
  private readonly edge = new MeshStandardMaterial({ color: 0x8fa3ab, roughness: 0.15, transparent: true, opacity: 0.55 });

  constructor(private readonly head: Head, private readonly model: Model) {
    head.worn.add(this.group);
  }

  get color(): FrameColor {
    return this.chosenColor ?? USUAL[this.design?.kind ?? 'acetate'];
  }

  static designs(): Promise<FrameDesign[]> {
    return readJson<FrameDesign[]>('/glasses/frames.json');
  }

  /** Builds and places them anew; after a change of anything above or of the head's shape. */
  wear(): void {
    this.clear();
    const { design } = this;
    if (!design) return;
    const [color, roughness, metalness] = COLORS[this.color];
    this.frame.color.set(color);
    this.frame.roughness = roughness;
    this.frame.metalness = metalness;
    this.lens.color.set(new Color(TINTS[this.tint]));
    this.lens.opacity = this.tint === 'clear' ? 0.1 : 0.72;

    const mm = 0.001 / this.scale; // metres as drawn per true millimetre
    const front = new Group();
    front.scale.setScalar(mm);
    front.position.copy(this.bridge()).add(new Vector3(0, 0, RIDE_MM * mm));
    front.rotation.x = TILT_RAD;
    front.add(this.solid(new Mesh(frontParts(design), this.frame)));
    for (const side of [1, -1] as const) {
      const glass = new Mesh(lensShape(design, side), this.lens);
      glass.renderOrder = 10;
      front.add(glass);
      if (design.kind === 'rimless') {
        const edge = new Mesh(lensEdge(design, side), this.edge);
        edge.renderOrder = 11;
        front.add(edge);
      }
    }
    front.updateMatrix();
    this.group.add(front);
    for (const side of [1, -1] as const) {
      const path = this.templePath(hingeOf(design, side).applyMatrix4(front.matrix), side, mm);
      const temple = templeAlong(path.map((point) => point.divideScalar(mm)), design.temple_mm);
      const mesh = this.solid(new Mesh(temple, this.frame));
      mesh.scale.setScalar(mm);
      this.group.add(mesh);
    }
  }

  dispose(): void {
    this.clear();
    this.group.removeFromParent();
    this.frame.dispose();
    this.lens.dispose();
    this.edge.dispose();
  }

  private solid(mesh: Mesh): Mesh {
    mesh.castShadow = true;
    mesh.frustumCulled = false;
    return mesh;
  }

  private clear(): void {
    this.group.traverse((node) => {
      if (node instanceof Mesh) node.geometry.dispose();
    });
    this.group.clear();
  }

  /** On the ridge of the nose, between its root and the end of the bone. */
  private bridge(): Vector3 {
    const root = ibugPoint(this.model, this.head, 27);
    const bone = ibugPoint(this.model, this.head, 29);
    return root.lerp(bone, 0.08 + 0.6 * this.lower);
  }

  /** From the hinge past the skull onto the ear and down behind it; metres. */
  private templePath(hinge: Vector3, side: 1 | -1, mm: number): Vector3[] {
    const name = side === 1 ? 'left' : 'right';
    const top = this.head.vertex(this.model.anchors[`ear_top_${name}`]);
    const back = this.head.vertex(this.model.anchors[`ear_back_${name}`]);
    const rest = top.clone().add(new Vector3(side * EAR_BESIDE_MM * mm, EAR_ABOVE_MM * mm, 2 * mm));
    const path = [hinge.clone()];
    for (const part of [0.15, 0.35, 0.55, 0.75, 0.9]) {
      const point = hinge.clone().lerp(rest, part);
      const skull = this.skullBeside(point, side) + CLEAR_MM * mm;
      if (side * point.x < skull) point.x = side * skull;
      path.push(point);
    }
    path.push(rest);
    const down = back.clone().sub(top).normalize();
    const behind = top.clone().lerp(back, 0.55).add(new Vector3(side * 0.6 * mm, 1 * mm, -2.2 * mm));
    const tip = rest.clone().addScaledVector(down, HOOK_MM * mm).add(new Vector3(-side * 2 * mm, 0, -2 * mm));
    path.push(behind, tip);
    if (side === 1) {
      this.probes.beside.copy(path[2] as Vector3);
      this.probes.behind.copy(behind).lerp(tip, 0.35);
    }
    return path;
  }

  /** How far the skin reaches sideways near a point, metres. */
  private skullBeside(point: Vector3, side: 1 | -1): number {
    let farthest = 0;
    const { rest } = this.head;
    for (const name of ['face', 'scalp']) {
      const { start, count } = this.head.part(name);
      for (let at = start * 3; at < (start + count) * 3; at += 3) {
        if (Math.abs(rest[at + 1]! - point.y) > 0.005 || Math.abs(rest[at + 2]! - point.z) > 0.006) continue;
        farthest = Math.max(farthest, side * rest[at]!);
      }
    }
    // an ear that reaches forward is no skull
    return Math.min(farthest, Math.abs(point.x) + 0.008);
  }
}
