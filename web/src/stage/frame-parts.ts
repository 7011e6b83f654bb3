/** Solids of a pair of spectacles, in millimetres, from the numbers of frames.json. */
import {
  type BufferGeometry, CatmullRomCurve3, ExtrudeGeometry, Shape, ShapeGeometry, SphereGeometry, TubeGeometry, Vector2, Vector3,
} from 'three';
import { mergeGeometries, toCreasedNormals } from 'three/addons/utils/BufferGeometryUtils.js';

export interface FrameDesign {
  name: string;
  kind: 'acetate' | 'metal' | 'rimless';
  lens_mm: number;
  bridge_mm: number;
  outline_mm: [number, number][]; // left lens, counter-clockwise
  rim_mm: number;
  depth_mm: number;
  temple_mm: [number, number]; // height, thickness
  bow_mm: number;
  double_bridge: boolean;
}

const CREASE_RAD = 0.7; // sharper edges stay edges
const CURVE_MM = 330; // radius of the front, seen from above

type Side = 1 | -1;

/** Bends a flat front around the face. */
function bend(geometry: BufferGeometry): BufferGeometry {
  const at = geometry.getAttribute('position');
  for (let i = 0; i < at.count; i++) at.setZ(i, at.getZ(i) - at.getX(i) ** 2 / (2 * CURVE_MM));
  geometry.computeVertexNormals();
  return geometry;
}

function outline(design: FrameDesign, side: Side): Vector2[] {
  const points = design.outline_mm.map(([x, y]) => new Vector2(side * x, y));
  return side === 1 ? points : points.reverse();
}

/** The outline moved outward by `by_mm`. */
function grown(points: readonly Vector2[], by_mm: number): Vector2[] {
  return points.map((point, index) => {
    const before = points[(index + points.length - 1) % points.length]!;
    const after = points[(index + 1) % points.length]!;
    const along = after.clone().sub(before).normalize();
    return point.clone().add(new Vector2(along.y, -along.x).multiplyScalar(by_mm));
  });
}

function tube(points: Vector3[], radius_mm: number, closed = false, flat = 1): BufferGeometry {
  const curve = new CatmullRomCurve3(points, closed, 'centripetal');
  const geometry = new TubeGeometry(curve, closed ? 96 : 28, radius_mm, 8, closed);
  if (flat !== 1) geometry.scale(1, 1, flat);
  return geometry;
}

export function lensShape(design: FrameDesign, side: Side): BufferGeometry {
  return bend(new ShapeGeometry(new Shape(outline(design, side))));
}

export function lensEdge(design: FrameDesign, side: Side): BufferGeometry {
  return bend(tube(outline(design, side).map(({ x, y }) => new Vector3(x, y, 0)), 0.45, true));
}

/** Rims, bridge, end pieces, pads. */
export function frontParts(design: FrameDesign): BufferGeometry {
  const parts: BufferGeometry[] = [];
  const half = design.bridge_mm / 2;
  const wire = design.kind === 'acetate' ? design.rim_mm * 0.72 : 0.95;
  for (const side of [1, -1] as const) {
    const edge = outline(design, side);
    if (design.kind === 'acetate') {
      const shape = new Shape(grown(edge, design.rim_mm));
      shape.holes.push(new Shape(edge));
      const rim = new ExtrudeGeometry(shape, {
        depth: design.depth_mm - 1.2, bevelEnabled: true, bevelThickness: 0.6, bevelSize: 0.5, bevelSegments: 3, curveSegments: 1,
      });
      rim.translate(0, 0, -design.depth_mm / 2);
      parts.push(bend(rim));
    } else if (design.kind === 'metal') {
      parts.push(bend(tube(edge.map(({ x, y }) => new Vector3(x, y, 0)), 0.85, true)));
    }
    const hinge = hingeOf(design, side);
    const corner = outerCorner(design, side);
    parts.push(tube([corner, corner.clone().lerp(hinge, 0.55).add(new Vector3(0, 0, 1)), hinge], wire));
    if (design.kind !== 'acetate') parts.push(...pad(half, side));
  }
  const rise = design.double_bridge ? 0 : design.bow_mm;
  const low = -design.bow_mm * 0.4;
  parts.push(bend(tube([
    new Vector3(-half - 1, low, 0), new Vector3(-half * 0.5, rise * 0.8, 0.8), new Vector3(0, rise, 1.2),
    new Vector3(half * 0.5, rise * 0.8, 0.8), new Vector3(half + 1, low, 0),
  ], wire)));
  if (design.double_bridge) {
    const y = Math.max(...design.outline_mm.filter(([x]) => x < half + 9).map(([, value]) => value));
    parts.push(bend(tube([
      new Vector3(-half - 6, y, 0), new Vector3(0, y + 1.2, 1), new Vector3(half + 6, y, 0),
    ], wire)));
  }
  return merged(parts);
}

function pad(half_mm: number, side: Side): BufferGeometry[] {
  const at = new Vector3(side * (half_mm - 2.6), -8, -5.2);
  const pillow = new SphereGeometry(1, 12, 8).scale(1.1, 4.2, 2.3);
  pillow.rotateZ(side * 0.28).rotateY(side * -0.5).translate(at.x, at.y, at.z);
  const arm = tube([
    new Vector3(side * (half_mm + 0.6), -5, -0.5), new Vector3(side * (half_mm + 0.4), -6.5, -4.5), at,
  ], 0.5);
  return [pillow, arm];
}

function outerCorner(design: FrameDesign, side: Side): Vector3 {
  const x = Math.max(...design.outline_mm.map(([value]) => value));
  const top = Math.max(...design.outline_mm.map(([, value]) => value));
  const near = design.outline_mm.filter(([, y]) => y > top * 0.35).sort((a, b) => b[0] - a[0])[0] ?? [x, 0];
  return new Vector3(side * near[0], near[1], -(near[0] ** 2) / (2 * CURVE_MM));
}

/** Where a temple begins. */
export function hingeOf(design: FrameDesign, side: Side): Vector3 {
  const corner = outerCorner(design, side);
  return corner.add(new Vector3(side * (design.rim_mm + 2.4), 0, -3.5));
}

/** A temple along a path, higher than it is thick, tapering to its tip. */
export function templeAlong(path: Vector3[], [height, thickness]: [number, number]): BufferGeometry {
  const curve = new CatmullRomCurve3(path, false, 'centripetal');
  const steps = 48;
  const ring = 10;
  const geometry = new TubeGeometry(curve, steps, 1, ring, false);
  const at = geometry.getAttribute('position');
  for (let step = 0; step <= steps; step++) {
    const middle = curve.getPointAt(step / steps);
    const along = curve.getTangentAt(step / steps);
    const out = new Vector3(1, 0, 0).addScaledVector(along, -along.x).normalize();
    const up = along.clone().cross(out).normalize();
    const slim = 1 - 0.35 * (step / steps);
    for (let corner = 0; corner <= ring; corner++) {
      const index = step * (ring + 1) + corner;
      const angle = (corner / ring) * 2 * Math.PI;
      // a rounded rectangle
      const cos = Math.cos(angle), sin = Math.sin(angle);
      const x = Math.sign(cos) * Math.abs(cos) ** 0.6 * (thickness / 2);
      const y = Math.sign(sin) * Math.abs(sin) ** 0.6 * (height / 2) * slim;
      at.setXYZ(index, middle.x + out.x * x + up.x * y, middle.y + out.y * x + up.y * y, middle.z + out.z * x + up.z * y);
    }
  }
  geometry.computeVertexNormals();
  return geometry;
}

function merged(parts: BufferGeometry[]): BufferGeometry {
  const same = parts.map((part) => {
    const plain = part.index ? part.toNonIndexed() : part;
    plain.deleteAttribute('uv');
    return toCreasedNormals(plain, CREASE_RAD);
  });
  return mergeGeometries(same) ?? new SphereGeometry(1);
}
