/** Adds expressions and shape changes to the resting head, on the processor. */
import type { Matrix4 } from 'three';
import type { Moves } from './glb';

/** target += weight * moves */
function addMoves(target: Float32Array, moves: Moves, weight: number): void {
  const { vertices, values } = moves;
  for (let i = 0, j = 0; i < vertices.length; i++, j += 3) {
    const at = (vertices[i] as number) * 3;
    target[at] = (target[at] as number) + weight * (values[j] as number);
    target[at + 1] = (target[at + 1] as number) + weight * (values[j + 1] as number);
    target[at + 2] = (target[at + 2] as number) + weight * (values[j + 2] as number);
  }
}

/**
 * out = rest + the sum of weight times moves.
 *
 * rest, out  three values per vertex of the whole head
 * weights    one per entry of `moves`; those of 0 cost nothing
 */
export function addWeighted(
  out: Float32Array,
  rest: Float32Array,
  moves: readonly Moves[],
  weights: Float32Array,
): void {
  out.set(rest);
  moves.forEach((one, index) => {
    const weight = weights[index] as number;
    if (weight !== 0) addMoves(out, one, weight);
  });
}

/**
 * Smooth normals of the whole head, as faceborn.geometry.meshes.vertex_normals makes them.
 *
 * triangles  three vertices each
 * weld       the lowest vertex at the same point, per vertex: seams of the texture stay smooth
 */
export function smoothNormals(
  out: Float32Array,
  positions: Float32Array,
  triangles: Uint32Array,
  weld: Uint16Array,
): void {
  out.fill(0);
  for (let i = 0; i < triangles.length; i += 3) {
    const a = (triangles[i] as number) * 3;
    const b = (triangles[i + 1] as number) * 3;
    const c = (triangles[i + 2] as number) * 3;
    const p = positions as unknown as number[]; // within bounds: no check per read
    const ux = p[b]! - p[a]!, uy = p[b + 1]! - p[a + 1]!, uz = p[b + 2]! - p[a + 2]!;
    const vx = p[c]! - p[a]!, vy = p[c + 1]! - p[a + 1]!, vz = p[c + 2]! - p[a + 2]!;
    const nx = uy * vz - uz * vy, ny = uz * vx - ux * vz, nz = ux * vy - uy * vx;
    for (let corner = 0; corner < 3; corner++) {
      const at = (weld[triangles[i + corner]!] as number) * 3;
      out[at]! += nx;
      out[at + 1]! += ny;
      out[at + 2]! += nz;
    }
  }
  for (let vertex = 0; vertex < weld.length; vertex++) {
    const from = (weld[vertex] as number) * 3;
    const at = vertex * 3;
    if (from !== at) out.copyWithin(at, from, from + 3); // its weld is lower: still unscaled
  }
  for (let at = 0; at < out.length; at += 3) {
    const length = Math.hypot(out[at]!, out[at + 1]!, out[at + 2]!) || 1;
    out[at]! /= length;
    out[at + 1]! /= length;
    out[at + 2]! /= length;
  }
}

/** Turns every vertex and normal by its share of a rigid motion, in place. */
export function turnPart(
  positions: Float32Array,
  normals: Float32Array,
  share: Float32Array,
  motion: Matrix4,
): void {
  const m = motion.elements;
  for (let vertex = 0, at = 0; vertex < share.length; vertex++, at += 3) {
    const part = share[vertex]!;
    if (part === 0) continue;
    const x = positions[at]!, y = positions[at + 1]!, z = positions[at + 2]!;
    positions[at] = x + part * (m[0]! * x + m[4]! * y + m[8]! * z + m[12]! - x);
    positions[at + 1] = y + part * (m[1]! * x + m[5]! * y + m[9]! * z + m[13]! - y);
    positions[at + 2] = z + part * (m[2]! * x + m[6]! * y + m[10]! * z + m[14]! - z);
    const u = normals[at]!, v = normals[at + 1]!, w = normals[at + 2]!;
    normals[at] = u + part * (m[0]! * u + m[4]! * v + m[8]! * w - u);
    normals[at + 1] = v + part * (m[1]! * u + m[5]! * v + m[9]! * w - v);
    normals[at + 2] = w + part * (m[2]! * u + m[6]! * v + m[10]! * w - w);
  }
}
