/** The canvas: renderer, scene, and a picture whenever something has changed. */
import {
  ACESFilmicToneMapping,
  type Camera,
  Color,
  PCFShadowMap,
  Scene,
  SRGBColorSpace,
  WebGLRenderer,
} from 'three';
import { Light } from './light';
import type { Overlay } from './overlay';
import { quickStandIns } from './quick';
import { View } from './view';

const MAX_PIXEL_RATIO = 2;
const SLOW_MS = 30; // a moving picture that takes longer is drawn coarser
const FAST_MS = 14;
const COARSEST = 0.6;
const SETTLE_MS = 260; // after the last move it is drawn in full again
const TOO_SLOW_MS = 55; // full materials that take longer are kept for still pictures
const STILL_SOFTWARE = 1.4; // resolution of a still picture where nothing else smooths its edges

/** Moves something on; says whether it goes on moving. */
export type Animator = (seconds: number, step_s: number) => boolean;

export class Stage {
  readonly scene = new Scene();
  readonly renderer: WebGLRenderer;
  readonly view: View;
  readonly light: Light;
  readonly animators = new Set<Animator>();
  /** Called after each picture, for what lies over the canvas. */
  readonly drawn = new Set<() => void>();
  overlay: Overlay | null = null;
  frames = 0; // drawn so far; tests and benchmarks read it
  /** No graphics card: known from the driver's name. */
  readonly software = drawsInSoftware();
  /** Called with true when quick materials shall be used, with false for the full ones. */
  onQuality: ((quickly: boolean) => void) | null = null;
  quick = true; // the first picture is
  private slow = this.software;
  private slowFrames = 0;
  private dirty = true;
  private last_ms = 0;
  private moved_ms = 0;
  private coarseness = 1;
  private drawnCoarse = false;
  private readonly observer: ResizeObserver;
  private running = true;

  constructor(readonly canvas: HTMLCanvasElement) {
    this.renderer = new WebGLRenderer({ canvas, antialias: !this.software, alpha: true });
    this.renderer.outputColorSpace = SRGBColorSpace;
    // by eye: AgX left skin grey, as if powdered
    this.renderer.toneMapping = ACESFilmicToneMapping;
    this.renderer.toneMappingExposure = 1;
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = PCFShadowMap;
    this.renderer.shadowMap.autoUpdate = false;
    this.renderer.setClearColor(new Color(0, 0, 0), 0);
    this.view = new View(canvas, () => this.redraw());
    this.light = new Light(this.renderer, this.scene);
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(canvas.parentElement ?? canvas);
    this.resize();
    requestAnimationFrame(this.tick);
  }

  /** Something has changed: draw again, shadows too if `shadows`. */
  redraw(shadows = false): void {
    this.dirty = true;
    if (shadows && !this.quick) this.renderer.shadowMap.needsUpdate = true;
  }

  get camera(): Camera {
    return this.overlay?.camera ?? this.view.camera;
  }

  /** Looks through the photo's camera and lays the photo over; null looks freely again. */
  setOverlay(overlay: Overlay | null): void {
    this.overlay = overlay;
    this.view.controls.enabled = overlay === null;
    this.resize();
  }

  animate(animator: Animator): void {
    this.animators.add(animator);
  }

  dispose(): void {
    this.running = false;
    this.observer.disconnect();
    this.view.controls.dispose();
    this.renderer.dispose();
  }

  /** Draws at once, in full; for pictures that leave the page. */
  drawNow(quickly = false): void {
    this.setQuick(quickly);
    this.renderer.shadowMap.needsUpdate = !quickly;
    this.setCoarse(false);
    if (quickly) this.drawnCoarse = true;
    this.draw();
  }

  /** Brings the quick materials' programs onto the card, while the head is still on its way. */
  warmUp(): void {
    const standIns = new Scene();
    for (const mesh of quickStandIns()) standIns.add(mesh);
    this.renderer.render(standIns, this.view.camera);
  }

  /** The first picture of a head: quick; the full one follows. */
  drawFirst(): void {
    this.setQuick(true);
    this.draw();
    this.drawnCoarse = true;
    this.moved_ms = performance.now();
  }

  private readonly tick = (now_ms: number): void => {
    if (!this.running) return;
    requestAnimationFrame(this.tick);
    const step_s = Math.min((now_ms - this.last_ms) / 1000, 0.1);
    this.last_ms = now_ms;
    for (const animator of this.animators) {
      if (animator(now_ms / 1000, step_s)) this.dirty = true;
      else this.animators.delete(animator);
    }
    this.view.controls.update(); // damping; tells by redraw() when it moved
    if (this.dirty) {
      const moving = now_ms - this.moved_ms < SETTLE_MS;
      this.moved_ms = now_ms;
      if (moving) this.adapt(step_s * 1000);
      this.setQuick(this.slow); // also the first of a movement: it must not wait for a full picture
      this.setCoarse(moving && this.coarseness < 1);
      this.drawnCoarse ||= this.quick;
      this.draw();
    } else if (this.drawnCoarse && now_ms - this.moved_ms > SETTLE_MS) {
      this.setQuick(false);
      this.setCoarse(false);
      this.renderer.shadowMap.needsUpdate = true;
      this.draw();
    }
  };

  private draw(): void {
    this.dirty = false;
    if (!this.quick) this.light.mirror();
    this.renderer.render(this.scene, this.camera);
    this.overlay?.draw(this.renderer);
    this.frames += 1;
    for (const heard of this.drawn) heard();
  }

  /** Finds the resolution at which a moving picture keeps up. */
  private adapt(took_ms: number): void {
    if (!this.quick && took_ms > TOO_SLOW_MS) {
      this.slowFrames += 1;
      if (this.slowFrames > 4) this.slow = true;
    }
    if (took_ms > SLOW_MS) this.coarseness *= 0.93;
    else if (took_ms < FAST_MS) this.coarseness *= 1.02;
    this.coarseness = Math.min(1, Math.max(COARSEST, this.coarseness));
  }

  private setQuick(quickly: boolean): void {
    if (this.quick === quickly) return;
    this.quick = quickly;
    this.onQuality?.(quickly);
  }

  private setCoarse(coarse: boolean): void {
    const ratio_css = Math.min(devicePixelRatio, MAX_PIXEL_RATIO);
    const full = this.software && !this.quick ? Math.max(ratio_css, STILL_SOFTWARE) : ratio_css;
    const ratio = full * (coarse ? this.coarseness : 1);
    this.drawnCoarse = coarse;
    if (Math.abs(this.renderer.getPixelRatio() - ratio) > 0.04 * full || !coarse) {
      if (this.renderer.getPixelRatio() !== ratio) this.renderer.setPixelRatio(ratio);
    }
  }

  /** Takes the size of what holds the canvas. */
  fit(): void {
    this.observer.disconnect();
    this.observer.observe(this.canvas.parentElement ?? this.canvas);
    this.resize();
  }

  private resize(): void {
    const host = this.canvas.parentElement;
    if (!host) return;
    const { clientWidth, clientHeight } = host;
    if (!clientWidth || !clientHeight) return;
    this.renderer.setSize(clientWidth, clientHeight, false);
    this.view.resize(clientWidth, clientHeight);
    this.overlay?.resize(clientWidth, clientHeight);
    this.redraw();
  }
}

function drawsInSoftware(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2');
  if (!gl) return false;
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const name = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return /swiftshader|llvmpipe|software|basic render/i.test(name);
}
