/** The photo over the head, seen from where the photo was taken. */
import {
  Matrix4, Mesh, MeshBasicMaterial, OrthographicCamera, PerspectiveCamera, PlaneGeometry, Scene,
  SRGBColorSpace, type Texture, TextureLoader, Vector3, type WebGLRenderer,
} from 'three';
import type { Head } from './head';

const NEAR_M = 0.02;
const FAR_M = 20;
const MARGIN = 1.16; // of the head's size in the picture
const M_PER_MM = 0.001;

interface Window {
  x: number; // photo pixels of the canvas's upper left corner
  y: number;
  width: number;
  height: number;
}

export class Overlay {
  /** 0 shows the photo alone, 1 the head alone. */
  fade = 0.5;
  readonly camera = new PerspectiveCamera();
  private readonly scene = new Scene();
  private readonly flat = new OrthographicCamera(-1, 1, 1, -1, 0, 1);
  private readonly quad: Mesh<PlaneGeometry, MeshBasicMaterial>;

  constructor(private readonly head: Head) {
    const material = new MeshBasicMaterial({
      transparent: true, depthTest: false, depthWrite: false, toneMapped: false,
    });
    this.quad = new Mesh(new PlaneGeometry(1, 1), material);
    this.scene.add(this.quad);
    this.camera.matrixAutoUpdate = false;
    this.place();
  }

  async load(photo: string): Promise<void> {
    const texture: Texture = await new TextureLoader().loadAsync(photo);
    texture.colorSpace = SRGBColorSpace;
    this.quad.material.map = texture;
    this.quad.material.needsUpdate = true;
  }

  /** width, height of the canvas, any unit */
  resize(width: number, height: number): void {
    const { focal_px, center_px, size_px } = this.head.facts.camera;
    const view = this.window(width / height);
    const scale = NEAR_M / focal_px;
    this.camera.projectionMatrix.makePerspective(
      (view.x - center_px[0]) * scale,
      (view.x + view.width - center_px[0]) * scale,
      (center_px[1] - view.y) * scale,
      (center_px[1] - view.y - view.height) * scale,
      NEAR_M, FAR_M,
    );
    this.camera.projectionMatrixInverse.copy(this.camera.projectionMatrix).invert();
    const [photoWidth, photoHeight] = size_px;
    this.quad.scale.set((2 * photoWidth) / view.width, (2 * photoHeight) / view.height, 1);
    this.quad.position.set(
      ((photoWidth / 2 - view.x) / view.width) * 2 - 1,
      1 - ((photoHeight / 2 - view.y) / view.height) * 2,
      0,
    );
  }

  /** Draws the photo over what is on the canvas. */
  draw(renderer: WebGLRenderer): void {
    if (!this.quad.material.map || this.fade >= 1) return;
    this.quad.material.opacity = 1 - this.fade;
    renderer.autoClear = false;
    renderer.render(this.scene, this.flat);
    renderer.autoClear = true;
  }

  dispose(): void {
    this.quad.material.map?.dispose();
    this.quad.material.dispose();
    this.quad.geometry.dispose();
  }

  /** The photo's camera in head space: OpenCV looks along +z, three.js along -z. */
  private place(): void {
    const { camera_from_head: rows, translation_mm } = this.head.facts.camera;
    const [x, y, z] = rows as unknown as [number[], number[], number[]];
    const view = new Matrix4().set(
      x[0]!, x[1]!, x[2]!, translation_mm[0] * M_PER_MM,
      -y[0]!, -y[1]!, -y[2]!, -translation_mm[1] * M_PER_MM,
      -z[0]!, -z[1]!, -z[2]!, -translation_mm[2] * M_PER_MM,
      0, 0, 0, 1,
    );
    this.camera.matrix.copy(view).invert();
    this.camera.matrixWorld.copy(this.camera.matrix);
    this.camera.matrixWorldInverse.copy(view);
  }

  /** The part of the photo to show: the face and the skull, in the shape of the canvas. */
  private window(aspect: number): Window {
    const { focal_px, center_px } = this.head.facts.camera;
    const neck_m = this.head.joint('neck').y;
    const point = new Vector3();
    let left = Infinity, right = -Infinity, top = Infinity, bottom = -Infinity;
    for (let at = 0; at < this.head.rest.length; at += 30) {
      point.fromArray(this.head.rest, at);
      if (point.y < neck_m) continue;
      point.applyMatrix4(this.camera.matrixWorldInverse);
      const x = (point.x / -point.z) * focal_px + center_px[0];
      const y = (-point.y / -point.z) * focal_px + center_px[1];
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
    const height = Math.max(bottom - top, (right - left) / aspect) * MARGIN;
    const width = height * aspect;
    return { x: (left + right - width) / 2, y: (top + bottom - height) / 2, width, height };
  }
}
