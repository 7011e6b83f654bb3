/** One person's head as three.js draws it, read from the GLB. */
import {
  BufferAttribute,
  BufferGeometry,
  DynamicDrawUsage,
  Group,
  Matrix4,
  Mesh,
  MeshStandardMaterial,
  type Quaternion,
  SkinnedMesh,
  Vector3,
} from 'three';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';
import { type Expressions, type Part, splitGlb } from './glb';
import { addWeighted, turnPart } from './morph';
import { orderTriangles } from './order';

export interface PhotoCamera {
  size_px: [number, number];
  focal_px: number;
  center_px: [number, number];
  camera_from_head: [number, number, number][]; // rows; OpenCV
  translation_mm: [number, number, number];
}

/** `extras.faceborn` of the GLB: docs/formats.md. */
export interface Facts {
  expression: Record<string, number>;
  camera: PhotoCamera;
  scale: number;
  scale_sd: number;
  source_colors: Record<string, [number, number, number]>;
}

export interface PartMesh extends Part {
  mesh: Mesh;
  full: BufferGeometry;
  coarse: BufferGeometry | null; // the same vertices in fewer triangles
  albedo: MeshStandardMaterial;
  source: MeshStandardMaterial | null; // where the photo showed it; face and scalp have one
}

/** Parts with an alpha channel, drawn last. */
export const SEE_THROUGH: ReadonlySet<string> = new Set(['eye_shade', 'tearline', 'lashes']);
const INSIDE_MOUTH: ReadonlySet<string> = new Set(['mouth', 'gums', 'tongue', 'teeth']);
const CLOSED = 0.02; // weight of a movement below which lips stay closed
const NO_MOVES: Expressions = { positions: [], normals: [] };
const NECK_SHARE = 0.5; // of a turn of the head that the neck's skin follows

export class Head {
  readonly root = new Group();
  /** Turns with the head: what is worn belongs in here. Head space, metres. */
  readonly worn = new Group();
  readonly positions: Float32Array; // metres, of the whole head, as drawn
  readonly normals: Float32Array;
  readonly rest: Float32Array; // without expression; shape changes alter it
  readonly restNormals: Float32Array;
  private readonly turning = new Matrix4();
  private turned = false;
  private opened = false;
  private moves: Expressions | null = null;

  constructor(
    readonly facts: Facts,
    readonly parts: readonly PartMesh[],
    readonly names: readonly string[],
    readonly joints: ReadonlyMap<string, Vector3>, // metres, at rest
    private readonly follows: Float32Array, // 0..1 per vertex, a turn of the head
    private readonly readMoves: () => Expressions,
    private readonly readSources: () => Promise<void>,
  ) {
    const last = parts.at(-1);
    const total = last ? last.start + last.count : 0;
    this.positions = new Float32Array(total * 3);
    this.normals = new Float32Array(total * 3);
    for (const { mesh, start, count } of parts) {
      for (const [name, all] of [
        ['position', this.positions],
        ['normal', this.normals],
      ] as const) {
        const own = all.subarray(start * 3, (start + count) * 3);
        own.set(mesh.geometry.getAttribute(name).array);
        const attribute = new BufferAttribute(own, 3).setUsage(DynamicDrawUsage);
        mesh.geometry.setAttribute(name, attribute);
      }
      this.root.add(mesh);
    }
    this.worn.matrixAutoUpdate = false;
    this.root.add(this.worn);
    this.rest = this.positions.slice();
    this.restNormals = this.normals.slice();
  }

  part(name: string): PartMesh {
    const found = this.parts.find((part) => part.name === name);
    if (!found) throw new Error(`a head without ${name}`);
    return found;
  }

  /** Where a joint is at rest; metres. */
  joint(name: string): Vector3 {
    const found = this.joints.get(name);
    if (!found) throw new Error(`a head without the joint ${name}`);
    return found;
  }

  /** Turns the head on its neck; drawn with the next expression. */
  setTurn(rotation: Quaternion): void {
    const pivot = this.joint('head');
    this.turning
      .makeTranslation(pivot)
      .multiply(new Matrix4().makeRotationFromQuaternion(rotation))
      .multiply(new Matrix4().makeTranslation(pivot.clone().negate()));
    this.turned = Math.abs(rotation.w) < 0.9999999;
    this.worn.matrix.copy(this.turning);
    this.worn.matrixWorldNeedsUpdate = true;
  }

  /** Does what the first picture does not need. */
  async prepare(): Promise<void> {
    for (const { full, name, count } of this.parts) {
      // what is see-through keeps its order of drawing
      if (!full.index || SEE_THROUGH.has(name)) continue;
      full.index.copyArray(orderTriangles(full.index.array, count));
      full.index.needsUpdate = true;
    }
    this.moves ??= this.readMoves();
    await this.readSources();
  }

  /** triangles  of the whole head, fewer than it has, for pictures in motion */
  setCoarse(triangles: Uint16Array): void {
    for (const part of this.parts) {
      const own: number[] = [];
      for (let at = 0; at < triangles.length; at += 3) {
        const first = triangles[at]! - part.start;
        if (first < 0 || first >= part.count) continue;
        own.push(first, triangles[at + 1]! - part.start, triangles[at + 2]! - part.start);
      }
      part.coarse = new BufferGeometry();
      for (const [name, attribute] of Object.entries(part.full.attributes)) {
        part.coarse.setAttribute(name, attribute);
      }
      const ordered = SEE_THROUGH.has(part.name) ? Uint16Array.from(own) : Uint16Array.from(orderTriangles(own, part.count));
      part.coarse.setIndex(new BufferAttribute(ordered, 1));
    }
  }

  /** Whether a part can be seen at all: behind closed lips nothing need be drawn. */
  isInSight(part: string): boolean {
    return this.opened || !INSIDE_MOUTH.has(part);
  }

  /** Draws it with these expression weights, in the order of `names`. */
  setExpression(weights: Float32Array): void {
    this.opened = this.names.some(
      (name, index) => /^(jaw|mouth|tongue)/.test(name) && (weights[index] as number) > CLOSED,
    );
    for (const { mesh, name } of this.parts) {
      if (INSIDE_MOUTH.has(name)) mesh.visible = this.opened;
    }
    const plain = !this.moves && weights.every((weight) => weight === 0);
    const { positions, normals } = plain ? NO_MOVES : (this.moves ??= this.readMoves());
    addWeighted(this.positions, this.rest, positions, weights);
    addWeighted(this.normals, this.restNormals, normals, weights);
    if (this.turned) turnPart(this.positions, this.normals, this.follows, this.turning);
    for (const { full } of this.parts) {
      for (const name of ['position', 'normal']) {
        (full.getAttribute(name) as BufferAttribute).needsUpdate = true;
      }
    }
  }

  /** A vertex of the whole head at rest; metres. */
  vertex(index: number): Vector3 {
    return new Vector3().fromArray(this.rest, index * 3);
  }

  dispose(): void {
    this.root.removeFromParent();
    for (const { full, coarse, albedo, source } of this.parts) {
      full.dispose();
      coarse?.dispose();
      for (const material of [albedo, source]) {
        material?.map?.dispose();
        material?.dispose();
      }
    }
  }
}

/** Throws if it is not a head of faceborn. */
export async function readHead(glb: ArrayBuffer): Promise<Head> {
  const split = splitGlb(glb);
  const gltf = await new GLTFLoader().parseAsync(split.withoutMorphs, '');
  const skinned: SkinnedMesh[] = [];
  gltf.scene.traverse((node) => {
    if (node instanceof SkinnedMesh) skinned.push(node);
  });
  const bones = skinned[0]?.skeleton.bones ?? [];
  gltf.scene.updateMatrixWorld(true);
  const joints = new Map(
    bones.map((bone) => [bone.name, new Vector3().setFromMatrixPosition(bone.matrixWorld)]),
  );
  const shares = bones.map((bone) => shareOf(bone.name));
  const follows: number[] = [];
  const parts: PartMesh[] = [];
  const sources: (number | undefined)[] = []; // materials
  for (const [number, part] of split.parts.entries()) {
    const from = skinned[number];
    if (!from) throw new Error(`a head without ${part.name}`);
    follows.push(...followsTurn(from.geometry, shares));
    const variants = from.userData['gltfExtensions']?.KHR_materials_variants as
      | { mappings: { material: number; variants: number[] }[] }
      | undefined;
    sources.push(variants?.mappings.find((one) => one.variants.includes(1))?.material);
    const mesh = new Mesh(from.geometry, from.material);
    mesh.name = part.name;
    mesh.frustumCulled = false; // its bounds move with every expression
    parts.push({
      ...part,
      mesh,
      full: from.geometry,
      coarse: null,
      albedo: from.material as MeshStandardMaterial,
      source: null,
    });
  }
  const readSources = async (): Promise<void> => {
    for (const [number, material] of sources.entries()) {
      if (material === undefined) continue;
      parts[number]!.source = (await gltf.parser.getDependency('material', material)) as MeshStandardMaterial;
    }
  };
  const facts = gltf.userData['faceborn'] as Facts;
  return new Head(
    facts, parts, split.names, joints, Float32Array.from(follows), split.readMoves, readSources,
  );
}

/** How much of a turn of the head a joint takes part in. */
function shareOf(joint: string): number {
  if (joint === 'root') return 0;
  return joint === 'neck' ? NECK_SHARE : 1;
}

function followsTurn(geometry: BufferGeometry, shares: readonly number[]): number[] {
  const joints = geometry.getAttribute('skinIndex');
  const weights = geometry.getAttribute('skinWeight');
  const follows: number[] = [];
  for (let vertex = 0; vertex < joints.count; vertex++) {
    let sum = 0;
    for (let slot = 0; slot < 4; slot++) {
      const share = shares[joints.getComponent(vertex, slot)] ?? 0;
      sum += share * weights.getComponent(vertex, slot);
    }
    follows.push(sum);
  }
  geometry.deleteAttribute('skinIndex');
  geometry.deleteAttribute('skinWeight');
  return follows;
}
