/** A soft shadow under the bust, so that it stands instead of floating. */
import { CanvasTexture, Mesh, MeshBasicMaterial, PlaneGeometry } from 'three';

const SIZE_PX = 128;

/** width_m, depth_m  of what stands on it. Lies at y = 0 of its own space. */
export function contactShadow(width_m: number, depth_m: number): Mesh {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIZE_PX;
  const pen = canvas.getContext('2d');
  if (pen) {
    const half = SIZE_PX / 2;
    const fade = pen.createRadialGradient(half, half, 0, half, half, half);
    for (let step = 0; step <= 10; step++) {
      const part = step / 10;
      fade.addColorStop(part, `rgba(0,0,0,${0.5 * (1 - part) ** 2.2})`);
    }
    pen.fillStyle = fade;
    pen.fillRect(0, 0, SIZE_PX, SIZE_PX);
  }
  const material = new MeshBasicMaterial({
    map: new CanvasTexture(canvas),
    transparent: true,
    depthWrite: false,
    toneMapped: false,
  });
  const mesh = new Mesh(new PlaneGeometry(width_m * 1.9, depth_m * 2.1), material);
  mesh.rotation.x = -Math.PI / 2;
  mesh.renderOrder = -1;
  return mesh;
}
