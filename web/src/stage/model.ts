/** What the server tells of the head model: /api/model/. Vertices are those of the whole GLB. */
import { Vector3 } from 'three';
import { readBytes, readJson } from '../api';
import type { EyeLook } from '../life/alive';
import type { Moves } from './glb';
import type { Head } from './head';

export type Anchor = 'ear_top_left' | 'ear_top_right' | 'ear_back_left' | 'ear_back_right';

export interface Model {
  vertices: number;
  eye_look_deg: EyeLook;
  ibug_68: { vertices: [number, number, number][]; weights: [number, number, number][] };
  anchors: Record<Anchor, number>;
  weld: number[];
  shapes: { name: string; group: string; scale_mm: number }[];
}

/** Null where the server has none, or for another mesh than this head's. */
export async function readModel(head: Head): Promise<Model | null> {
  const model = await readJson<Model>('/api/model/model.json').catch(() => null);
  return model && model.vertices * 3 === head.rest.length ? model : null;
}

/** An iBUG point on the head at rest, metres. */
export function ibugPoint(model: Model, head: Head, index: number): Vector3 {
  const point = new Vector3();
  const weights = model.ibug_68.weights[index];
  model.ibug_68.vertices[index]?.forEach((vertex, corner) => {
    point.addScaledVector(head.vertex(vertex), weights?.[corner] ?? 0);
  });
  return point;
}

/** The head in fewer triangles, for pictures in motion; null where the server has none. */
export async function readCoarse(): Promise<Uint16Array | null> {
  const bytes = await readBytes('/api/model/coarse.bin').catch(() => null);
  return bytes && new Uint16Array(bytes);
}

/** The changes of shape, metres at weight 1 on the model's mean size. */
export async function readShapes(model: Model): Promise<Moves[]> {
  const bytes = await readBytes('/api/model/shapes.bin');
  return model.shapes.map(({ scale_mm }, index) => {
    const values = new Int16Array(bytes, index * model.vertices * 6, model.vertices * 3);
    const vertices: number[] = [];
    const moves: number[] = [];
    for (let vertex = 0; vertex < model.vertices; vertex++) {
      const [x, y, z] = values.subarray(vertex * 3, vertex * 3 + 3) as unknown as number[];
      if (!x && !y && !z) continue;
      vertices.push(vertex);
      moves.push((x! * scale_mm) / 1000, (y! * scale_mm) / 1000, (z! * scale_mm) / 1000);
    }
    return { vertices: Uint32Array.from(vertices), values: Float32Array.from(moves) };
  });
}
