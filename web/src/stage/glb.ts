/**
 * Takes the expressions out of a head's GLB before three.js reads it.
 *
 * The 52 expressions are sparse: 0.4 million moves instead of 1.4 million. three.js would write
 * them out in full and loop over all 52 for every vertex of every frame; the page adds up the few
 * that are in use (morph.ts), so the first picture comes sooner and a frame costs less.
 */

interface Accessor {
  count: number;
  componentType: number;
  sparse?: {
    count: number;
    indices: { bufferView: number; byteOffset?: number; componentType: number };
    values: { bufferView: number; byteOffset?: number };
  };
}

interface Primitive {
  attributes: Record<string, number>;
  material: number;
  targets?: { POSITION: number; NORMAL?: number }[];
}

interface Document {
  accessors: Accessor[];
  bufferViews: { byteOffset?: number; byteLength: number }[];
  materials: { name: string }[];
  meshes: {
    primitives: Primitive[];
    weights?: number[];
    extras: { targetNames: string[] };
  }[];
}

/** What one expression moves: vertices by their number in the whole head, three values each. */
export interface Moves {
  vertices: Uint32Array;
  values: Float32Array;
}

export interface Part {
  name: string;
  start: number; // its first vertex in the whole head
  count: number;
}

export interface SplitGlb {
  withoutMorphs: ArrayBuffer;
  parts: Part[];
  names: string[];
  /** Reads what the expressions move: the first picture does without. */
  readMoves(): Expressions;
}

export interface Expressions {
  positions: Moves[]; // per expression, metres at weight 1
  normals: Moves[];
}

const MAGIC = 0x46546c67;
const HEADER = 12;
const CHUNK = 8;

/** Throws if the bytes are not a head of faceborn. */
export function splitGlb(glb: ArrayBuffer): SplitGlb {
  const view = new DataView(glb);
  if (glb.byteLength < HEADER + CHUNK || view.getUint32(0, true) !== MAGIC) {
    throw new Error('not a GLB');
  }
  const jsonLength = view.getUint32(HEADER, true);
  const json = new Uint8Array(glb, HEADER + CHUNK, jsonLength);
  const document = JSON.parse(new TextDecoder().decode(json)) as Document;
  const binChunk = HEADER + CHUNK + jsonLength;
  const binStart = binChunk + CHUNK;
  const mesh = document.meshes[0];
  if (!mesh) throw new Error('a GLB without a mesh');

  const parts: Part[] = [];
  let start = 0;
  for (const primitive of mesh.primitives) {
    const count = accessorOf(document, primitive.attributes['POSITION']).count;
    parts.push({ name: document.materials[primitive.material]?.name ?? '', start, count });
    start += count;
  }
  const names = mesh.extras.targetNames;
  const primitives = mesh.primitives.map(({ targets }) => targets);
  const read = (kind: 'POSITION' | 'NORMAL'): Moves[] =>
    names.map((_, target) => {
      const pieces = primitives.map((targets, number) => {
        const index = targets?.[target]?.[kind];
        return index === undefined
          ? null
          : readSparse(glb, binStart, document, index, parts[number]?.start ?? 0);
      });
      return join(pieces.filter((piece) => piece !== null));
    });
  for (const primitive of mesh.primitives) delete primitive.targets;
  delete mesh.weights;
  return {
    withoutMorphs: rebuild(document, new Uint8Array(glb, binChunk)),
    parts,
    names,
    readMoves: () => ({ positions: read('POSITION'), normals: read('NORMAL') }),
  };
}

function accessorOf(document: Document, index: number | undefined): Accessor {
  const accessor = index === undefined ? undefined : document.accessors[index];
  if (!accessor) throw new Error('a GLB that lacks an accessor');
  return accessor;
}

function readSparse(
  glb: ArrayBuffer,
  binStart: number,
  document: Document,
  index: number,
  offset: number,
): Moves | null {
  const { sparse } = accessorOf(document, index);
  if (!sparse) return null;
  const at = (viewIndex: number, extra = 0): number =>
    binStart + (document.bufferViews[viewIndex]?.byteOffset ?? 0) + extra;
  const { indices, values } = sparse;
  const from = at(indices.bufferView, indices.byteOffset);
  const wide = indices.componentType === 5125;
  const size = wide ? 4 : indices.componentType === 5123 ? 2 : 1;
  const bytes = glb.slice(from, from + sparse.count * size); // a copy is aligned
  const rows = wide
    ? new Uint32Array(bytes)
    : size === 2
      ? new Uint16Array(bytes)
      : new Uint8Array(bytes);
  const valuesFrom = at(values.bufferView, values.byteOffset);
  return {
    vertices: Uint32Array.from(rows, (row) => row + offset),
    values: new Float32Array(glb.slice(valuesFrom, valuesFrom + sparse.count * 12)),
  };
}

function join(pieces: Moves[]): Moves {
  const count = pieces.reduce((sum, piece) => sum + piece.vertices.length, 0);
  const joined = { vertices: new Uint32Array(count), values: new Float32Array(count * 3) };
  let at = 0;
  for (const piece of pieces) {
    joined.vertices.set(piece.vertices, at);
    joined.values.set(piece.values, at * 3);
    at += piece.vertices.length;
  }
  return joined;
}

/** The changed JSON and the untouched binary chunk as one GLB. */
function rebuild(document: Document, binChunk: Uint8Array): ArrayBuffer {
  const text = new TextEncoder().encode(JSON.stringify(document));
  const jsonLength = Math.ceil(text.length / 4) * 4;
  const out = new Uint8Array(HEADER + CHUNK + jsonLength + binChunk.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, 2, true);
  view.setUint32(8, out.length, true);
  view.setUint32(12, jsonLength, true);
  view.setUint32(16, 0x4e4f534a, true); // "JSON"
  out.fill(0x20, HEADER + CHUNK, HEADER + CHUNK + jsonLength);
  out.set(text, HEADER + CHUNK);
  out.set(binChunk, HEADER + CHUNK + jsonLength);
  return out.buffer;
}
