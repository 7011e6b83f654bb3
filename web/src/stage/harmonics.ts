/** The surroundings' light on a matt surface as nine numbers per colour (spherical harmonics). */
import { Vector3 } from 'three';

const BANDS = 9;

/** The nine basis functions in direction (x, y, z), unit length. */
function basis(x: number, y: number, z: number): number[] {
  return [
    0.282095,
    0.488603 * y,
    0.488603 * z,
    0.488603 * x,
    1.092548 * x * y,
    1.092548 * y * z,
    0.315392 * (3 * z * z - 1),
    1.092548 * x * z,
    0.546274 * (x * x - y * y),
  ];
}

/**
 * Irradiance over pi, so that times the albedo it is the light that leaves the surface.
 *
 * radiance  width * height * `channels` values, equirectangular as three.js reads it: row 0 is
 *           the top, u = atan2(z, x) / 2 pi + 0.5
 * Source: Ramamoorthi and Hanrahan 2001.
 */
export function irradianceHarmonics(
  radiance: ArrayLike<number>,
  width: number,
  height: number,
  channels: number,
): Vector3[] {
  const sums = Array.from({ length: BANDS }, () => new Vector3());
  for (let row = 0; row < height; row++) {
    const polar = ((row + 0.5) / height) * Math.PI;
    const solid = Math.sin(polar) * (Math.PI / height) * ((2 * Math.PI) / width);
    for (let column = 0; column < width; column++) {
      const around = ((column + 0.5) / width - 0.5) * 2 * Math.PI;
      const x = Math.sin(polar) * Math.cos(around);
      const z = Math.sin(polar) * Math.sin(around);
      const values = basis(x, Math.cos(polar), z);
      const at = (row * width + column) * channels;
      for (let band = 0; band < BANDS; band++) {
        const weight = values[band]! * solid;
        const sum = sums[band]!;
        sum.x += radiance[at]! * weight;
        sum.y += radiance[at + 1]! * weight;
        sum.z += radiance[at + 2]! * weight;
      }
    }
  }
  // a matt surface's own answer per band, over pi
  const answer = [1, 2 / 3, 2 / 3, 2 / 3, 0.25, 0.25, 0.25, 0.25, 0.25];
  return sums.map((sum, band) => sum.multiplyScalar(answer[band]!));
}

/** In GLSL: the same basis, for a vec3 n. */
export const HARMONICS_GLSL = /* glsl */ `
uniform vec3 harmonics[9];
vec3 surroundingLight(vec3 n) {
  return harmonics[0] * 0.282095
    + harmonics[1] * 0.488603 * n.y + harmonics[2] * 0.488603 * n.z + harmonics[3] * 0.488603 * n.x
    + harmonics[4] * 1.092548 * n.x * n.y + harmonics[5] * 1.092548 * n.y * n.z
    + harmonics[6] * 0.315392 * (3.0 * n.z * n.z - 1.0)
    + harmonics[7] * 1.092548 * n.x * n.z + harmonics[8] * 0.546274 * (n.x * n.x - n.y * n.y);
}
`;
