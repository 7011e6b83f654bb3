/** One head on the stage, and everything that can be done with it. */
import { Box3, Color, MeshStandardMaterial, Vector3 } from 'three';
import { Alive } from '../life/alive';
import { Expression } from './expression';
import { Glasses } from './glasses';
import { type Head, readHead } from './head';
import { type Model, readCoarse, readModel } from './model';
import { type Mode, Modes } from './modes';
import { Overlay } from './overlay';
import { Ruler } from './ruler';
import { contactShadow } from './shadow';
import { ShapeChange } from './shape';
import { makeEye, makeSkin } from './skin';
import type { Animator, Stage } from './stage';

type CoarseTriangles = ReturnType<typeof readCoarse>;

export class Viewer {
  readonly expression: Expression;
  readonly alive: Alive;
  readonly overlay: Overlay;
  private readonly modes: Modes;
  private readonly shadow;
  private current: Mode = 'textured';
  private readonly model: Promise<Model | null>;
  private shapes: Promise<ShapeChange | null> | null = null;
  private worn: Glasses | null = null;
  measures: Ruler | null = null;
  private before: Float32Array | null = null; // the expression before the photo's was put on

  constructor(
    readonly stage: Stage,
    readonly head: Head,
    coarse: CoarseTriangles,
  ) {
    this.expression = new Expression(head);
    this.alive = new Alive(head, this.expression, () => stage.camera);
    this.overlay = new Overlay(head);
    this.modes = new Modes(head);
    stage.scene.add(head.root);
    const anisotropy = stage.software ? 1 : stage.renderer.capabilities.getMaxAnisotropy();
    for (const { name, albedo } of head.parts) {
      if (!(albedo instanceof MeshStandardMaterial)) continue;
      if (name === 'face' || name === 'scalp') makeSkin(albedo, anisotropy);
      if (name === 'eye_left' || name === 'eye_right') makeEye(albedo, anisotropy);
    }
    this.shadow = this.frame();
    stage.onQuality = () => this.applyMode();
    this.applyMode();
    void coarse.then((triangles) => {
      if (triangles) head.setCoarse(triangles);
      if (stage.quick) this.applyMode();
    });
    this.model = readModel(head);
    void this.model.then((model) => {
      if (model) this.alive.eyeLook = model.eye_look_deg;
    });
  }

  /** What the first picture did without. */
  async prepare(): Promise<void> {
    await this.head.prepare();
    this.applyMode();
  }

  /** Null where the server has no model data. */
  async glasses(): Promise<Glasses | null> {
    const model = await this.model;
    if (model) this.worn ??= new Glasses(this.head, model);
    return this.worn;
  }

  async ruler(): Promise<Ruler | null> {
    const model = await this.model;
    if (model) this.measures ??= new Ruler(this.head, model);
    return this.measures;
  }

  async shape(): Promise<ShapeChange | null> {
    const model = await this.model;
    if (!model) return null;
    this.shapes ??= ShapeChange.load(this.head, model);
    return this.shapes;
  }

  /** After a change of the head at rest. */
  reshaped(): void {
    this.worn?.wear();
    this.wake();
  }

  /** After the reader's own measure: spectacles have a true size, the head gets one. */
  rescaled(): void {
    if (this.worn && this.measures) {
      this.worn.scale = this.measures.scale;
      this.worn.wear();
    }
    this.stage.redraw(true);
  }

  get mode(): Mode {
    return this.current;
  }

  setMode(mode: Mode): void {
    this.current = mode;
    this.applyMode();
    this.stage.redraw(true);
  }

  /** After a change of the expression, of life or of the shape: draws it, and on while it moves. */
  wake(): void {
    this.expression.show();
    this.stage.redraw(true);
    this.stage.animate(this.step);
  }

  get overlaid(): boolean {
    return this.stage.overlay !== null;
  }

  /** Sees the head as the photo did, with the photo's expression, or as before. */
  setOverlaid(on: boolean): void {
    if (on === this.overlaid) return;
    this.stage.setOverlay(on ? this.overlay : null);
    this.shadow.visible = !on;
    if (on) {
      this.before = this.expression.chosen.slice();
      this.expression.moveTo(this.head.facts.expression);
      this.alive.calm();
    } else if (this.before) {
      const names = this.head.names;
      this.expression.moveTo(
        Object.fromEntries([...this.before].map((weight, index) => [names[index] ?? '', weight])),
      );
    }
    this.wake();
  }

  dispose(): void {
    this.setOverlaid(false);
    this.stage.onQuality = null;
    this.stage.animators.delete(this.step);
    this.worn?.dispose();
    this.modes.dispose();
    this.overlay.dispose();
    this.head.dispose();
  }

  private readonly step: Animator = (_, step_s) => {
    const eases = this.expression.advance(step_s);
    const lives = !this.overlaid && this.alive.advance(step_s);
    if (eases || lives) {
      this.expression.show();
      this.stage.redraw(true);
    }
    return eases || lives;
  };

  private applyMode(): void {
    const style = getComputedStyle(this.stage.canvas);
    const color = (name: string): Color =>
      new Color().setStyle(style.getPropertyValue(name).trim() || '#888');
    this.modes.show(this.current, this.stage.quick, color('--wire-fill'), color('--ink'));
  }

  private frame(): ReturnType<typeof contactShadow> {
    const box = new Box3();
    const point = new Vector3();
    for (let at = 0; at < this.head.rest.length; at += 3) {
      box.expandByPoint(point.fromArray(this.head.rest, at));
    }
    const size = box.getSize(new Vector3());
    const middle = box.getCenter(new Vector3());
    this.stage.view.frame(
      new Vector3(0, middle.y + size.y * 0.05, middle.z * 0.4), size.y * 0.94, size.x * 0.9,
    );
    this.stage.light.aimAt(new Vector3(0, middle.y, 0));
    const shadow = contactShadow(size.x, size.z);
    shadow.position.set(middle.x, box.min.y - 0.002, middle.z);
    this.head.root.add(shadow);
    return shadow;
  }
}

/** Throws if the bytes are not a head. */
export async function showHead(stage: Stage, glb: ArrayBuffer, coarse: CoarseTriangles): Promise<Viewer> {
  return new Viewer(stage, await readHead(glb), coarse);
}
