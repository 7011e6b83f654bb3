/** The camera that the reader moves: orbit, zoom, pan; by pointer, touch and keyboard. */
import { MathUtils, PerspectiveCamera, Spherical, Vector3 } from 'three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';

const FIELD_DEG = 22; // a long lens, as portraits are taken with
const HOME_AZIMUTH_DEG = 16; // a little from the side shows that it is a solid
const STEP_DEG = 6;
const NEAREST_M = 0.22;
const FARTHEST_M = 2.2;

export class View {
  readonly camera = new PerspectiveCamera(FIELD_DEG, 1, 0.05, 10);
  readonly controls: OrbitControls;
  private readonly target = new Vector3(0, 0, 0);
  private height_m = 0.36;
  private width_m = 0.3;
  private untouched = true; // since it was framed: then it stays framed in a window of other shape

  constructor(canvas: HTMLCanvasElement, changed: () => void) {
    this.controls = new OrbitControls(this.camera, canvas);
    this.controls.enableDamping = true;
    this.controls.dampingFactor = 0.12;
    this.controls.minDistance = NEAREST_M;
    this.controls.maxDistance = FARTHEST_M;
    this.controls.minPolarAngle = MathUtils.degToRad(25);
    this.controls.maxPolarAngle = MathUtils.degToRad(155);
    this.controls.addEventListener('change', changed);
    this.controls.addEventListener('start', () => (this.untouched = false));
    canvas.addEventListener('keydown', (event) => this.onKey(event, changed));
  }

  /** What to look at: its middle and its size, metres. */
  frame(target: Vector3, height_m: number, width_m: number): void {
    this.target.copy(target);
    this.height_m = height_m;
    this.width_m = width_m;
    this.reset();
  }

  reset(azimuth_deg = HOME_AZIMUTH_DEG, polar_deg = 88): void {
    this.place(MathUtils.degToRad(azimuth_deg), MathUtils.degToRad(polar_deg), this.distance());
    this.untouched = true;
  }

  /** Looks from this side at the distance it has; 0 is from the front, positive from own left. */
  turnTo(azimuth_deg: number): void {
    const arm = new Spherical().setFromVector3(
      this.camera.position.clone().sub(this.controls.target),
    );
    this.place(MathUtils.degToRad(azimuth_deg), arm.phi, arm.radius);
  }

  resize(width: number, height: number): void {
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
    if (!this.untouched) return;
    const arm = new Spherical().setFromVector3(
      this.camera.position.clone().sub(this.controls.target),
    );
    this.place(arm.theta, arm.phi, this.distance());
  }

  /** Far enough for the whole head, whatever the shape of the window. */
  private distance(): number {
    const half = Math.tan(MathUtils.degToRad(FIELD_DEG / 2));
    const tall = this.height_m / 2 / half;
    const wide = this.width_m / 2 / half / this.camera.aspect;
    // a narrow window is a phone's: bars lie over its upper and lower edge
    const room = this.camera.aspect < 1 ? 1.08 : 1;
    return Math.min(Math.max(tall, wide) * room + 0.1, FARTHEST_M);
  }

  private place(theta: number, phi: number, radius: number): void {
    this.controls.target.copy(this.target);
    this.camera.position
      .setFromSpherical(new Spherical(radius, phi, theta))
      .add(this.controls.target);
    this.camera.lookAt(this.controls.target);
    this.controls.update();
  }

  private onKey(event: KeyboardEvent, changed: () => void): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arm = new Spherical().setFromVector3(
      this.camera.position.clone().sub(this.controls.target),
    );
    const step = MathUtils.degToRad(STEP_DEG);
    switch (event.key) {
      case 'ArrowLeft': arm.theta -= step; break;
      case 'ArrowRight': arm.theta += step; break;
      case 'ArrowUp': arm.phi -= step; break;
      case 'ArrowDown': arm.phi += step; break;
      case '+': case '=': arm.radius *= 0.9; break;
      case '-': arm.radius *= 1.1; break;
      case '0': case 'Home': this.reset(); event.preventDefault(); changed(); return;
      default: return;
    }
    event.preventDefault();
    this.untouched = false;
    const { minPolarAngle, maxPolarAngle } = this.controls;
    arm.phi = MathUtils.clamp(arm.phi, minPolarAngle, maxPolarAngle);
    arm.radius = MathUtils.clamp(arm.radius, NEAREST_M, FARTHEST_M);
    this.camera.position.setFromSpherical(arm).add(this.controls.target);
    this.controls.update();
    changed();
  }
}
