/** What makes a head look alive: blinks, small movements, eyes that follow the pointer. */
import { Euler, MathUtils, Plane, Quaternion, Raycaster, Vector2, Vector3, type Camera } from 'three';
import type { Expression } from '../stage/expression';
import type { Head } from '../stage/head';

/** How far each eyeLook* turns its eye at weight 1, degrees: (yaw, pitch), as in the model. */
export type EyeLook = Readonly<Record<string, readonly [number, number]>>;

export const EYE_LOOK: EyeLook = {
  eyeLookInLeft: [-30, 0], eyeLookOutLeft: [30, 0], eyeLookUpLeft: [0, -25], eyeLookDownLeft: [0, 25],
  eyeLookInRight: [30, 0], eyeLookOutRight: [-30, 0], eyeLookUpRight: [0, -25], eyeLookDownRight: [0, 25],
};

const BLINK_S = 0.26;
const MAX_YAW_DEG = 26;
const MAX_PITCH_DEG = 18;
const HEAD_SHARE = 0.22; // of a glance that the head takes over
const POINTER_PLANE_M = 0.3; // before the eyes, where the pointer is taken to be

const between = (low: number, high: number): number => low + Math.random() * (high - low);

export class Alive {
  idle = false;
  follow = false;
  eyeLook: EyeLook = EYE_LOOK;
  private readonly pointer = new Vector2();
  private readonly gaze = new Vector2(); // yaw, pitch, degrees
  private readonly glance = new Vector2(); // small wandering of the eyes
  private nextGlance_s = 0;
  private nextBlink_s = 1.2;
  private blink_s = -1;
  private clock_s = 0;
  private readonly drawn = new Vector2(); // turn of the head

  constructor(
    private readonly head: Head,
    private readonly expression: Expression,
    private readonly camera: () => Camera,
  ) {}

  /** x, y of the pointer on the canvas, -1..1, y up */
  pointAt(x: number, y: number): void {
    this.pointer.set(x, y);
  }

  /** Moves on; says whether anything moves. */
  advance(step_s: number): boolean {
    const aim = this.follow ? this.aim() : new Vector2();
    const resting = !this.idle && !this.follow;
    if (resting && this.gaze.length() < 0.05 && this.blink_s < 0 && this.drawn.length() < 0.02) {
      this.calm();
      return false;
    }
    this.clock_s += step_s;
    this.gaze.lerp(aim, 1 - Math.exp(-step_s * 12));
    this.expression.add('blink', this.blinkWeights(step_s));
    this.wander();
    const sway = this.idle ? this.sway() : new Euler();
    this.drawn.lerp(this.gaze.clone().multiplyScalar(HEAD_SHARE), 1 - Math.exp(-step_s * 5));
    this.look(this.gaze.x - this.drawn.x + this.glance.x, this.gaze.y - this.drawn.y + this.glance.y);
    sway.x += MathUtils.degToRad(this.drawn.y);
    sway.y += MathUtils.degToRad(this.drawn.x);
    this.head.setTurn(new Quaternion().setFromEuler(sway));
    return true;
  }

  /** At once as if nothing had moved. */
  calm(): void {
    this.gaze.set(0, 0);
    this.drawn.set(0, 0);
    this.glance.set(0, 0);
    this.expression.add('blink', {});
    this.expression.add('look', {});
    this.head.setTurn(new Quaternion());
  }

  private aim(): Vector2 {
    const eyes = this.head.joint('eye_left').clone().add(this.head.joint('eye_right')).multiplyScalar(0.5);
    const camera = this.camera();
    const away = camera.getWorldDirection(new Vector3());
    const plane = new Plane().setFromNormalAndCoplanarPoint(
      away, eyes.clone().addScaledVector(away, -POINTER_PLANE_M),
    );
    const ray = new Raycaster();
    ray.setFromCamera(this.pointer, camera);
    const target = ray.ray.intersectPlane(plane, new Vector3());
    if (!target) return new Vector2();
    const to = target.sub(eyes);
    const yaw = MathUtils.radToDeg(Math.atan2(to.x, to.z));
    const pitch = -MathUtils.radToDeg(Math.atan2(to.y, Math.hypot(to.x, to.z)));
    if (Math.abs(yaw) > 100) return new Vector2(); // the pointer is behind the head
    return new Vector2(
      MathUtils.clamp(yaw, -MAX_YAW_DEG, MAX_YAW_DEG),
      MathUtils.clamp(pitch, -MAX_PITCH_DEG, MAX_PITCH_DEG),
    );
  }

  private look(yaw_deg: number, pitch_deg: number): void {
    const weights: Record<string, number> = {};
    for (const [name, [yaw, pitch]] of Object.entries(this.eyeLook)) {
      const horizontal = Math.abs(yaw) > Math.abs(pitch);
      const weight = horizontal ? yaw_deg / yaw : pitch_deg / pitch;
      if (weight > 0) weights[name] = Math.min(1, weight);
    }
    this.expression.add('look', weights);
  }

  private wander(): void {
    if (!this.idle) {
      this.glance.set(0, 0);
    } else if (this.clock_s > this.nextGlance_s) {
      this.nextGlance_s = this.clock_s + between(0.6, 2.6);
      this.glance.set(between(-2.6, 2.6), between(-1.4, 1.4));
    }
  }

  private blinkWeights(step_s: number): Record<string, number> {
    if (this.idle && this.clock_s > this.nextBlink_s && this.blink_s < 0) {
      this.blink_s = 0;
      this.nextBlink_s = this.clock_s + (Math.random() < 0.12 ? 0.4 : between(2.2, 5.5));
    }
    if (this.blink_s < 0) return {};
    this.blink_s += step_s;
    const part = this.blink_s / BLINK_S;
    if (part >= 1) {
      this.blink_s = -1;
      return {};
    }
    // shut within a third of the time, open again more slowly
    const shut = part < 0.33 ? part / 0.33 : part < 0.45 ? 1 : (1 - part) / 0.55;
    const weight = shut * shut * (3 - 2 * shut);
    return { eyeBlinkLeft: weight, eyeBlinkRight: weight };
  }

  private sway(): Euler {
    const s = this.clock_s;
    return new Euler(
      0.011 * Math.sin(s * 0.62) + 0.004 * Math.sin(s * 1.9),
      0.017 * Math.sin(s * 0.41 + 1) + 0.005 * Math.sin(s * 1.3),
      0.008 * Math.sin(s * 0.53 + 2),
      'YXZ',
    );
  }
}
