/** The five ways to look at a head: how each part is drawn, in full and quickly. */
import {
  Color,
  type Material,
  Mesh,
  MeshBasicMaterial,
  MeshNormalMaterial,
  MeshStandardMaterial,
} from 'three';
import { type Head, type PartMesh, SEE_THROUGH } from './head';
import { quickMaterial } from './quick';

export const MODES = ['textured', 'clay', 'wireframe', 'normals', 'source'] as const;
export type Mode = (typeof MODES)[number];

const SKIN = new Set(['face', 'scalp']);
const INSIDE = new Set(['mouth', 'sockets', 'tongue', 'gums']);

const CLAY = {
  skin: new MeshStandardMaterial({ color: 0xb8aa9c, roughness: 0.72 }),
  inside: new MeshStandardMaterial({ color: 0x6b5e56, roughness: 0.8 }),
  eye: new MeshStandardMaterial({ color: 0xd9d1c8, roughness: 0.25 }),
};
const normals = new MeshNormalMaterial();
const wireFill = new MeshBasicMaterial({
  polygonOffset: true,
  polygonOffsetFactor: 1,
  polygonOffsetUnits: 1,
  toneMapped: false,
});
const wireLines = new MeshBasicMaterial({ wireframe: true, toneMapped: false });

function clayFor(part: string): MeshStandardMaterial {
  if (part.startsWith('eye_') || part === 'teeth') return CLAY.eye;
  return INSIDE.has(part) ? CLAY.inside : CLAY.skin;
}

export class Modes {
  private readonly lines: Mesh[] = [];
  private readonly inferred = new MeshStandardMaterial({ roughness: 1 });
  private readonly quick = new Map<string, Material>();

  constructor(private readonly head: Head) {
    const [r, g, b] = head.facts.source_colors['inferred'] ?? [128, 128, 128];
    this.inferred.color.setRGB(r / 255, g / 255, b / 255, 'srgb');
  }

  /** paper, ink  the page's colours, for the wireframe */
  show(mode: Mode, quickly: boolean, paper: Color, ink: Color): void {
    for (const line of this.lines.splice(0)) line.removeFromParent();
    wireFill.color.copy(paper);
    wireLines.color.copy(ink).lerp(paper, 0.35);
    for (const part of this.head.parts) {
      const { mesh, name } = part;
      mesh.geometry = (quickly && part.coarse) || part.full;
      mesh.visible = (mode === 'textured' || !SEE_THROUGH.has(name)) && this.head.isInSight(name);
      mesh.castShadow = !SEE_THROUGH.has(name);
      mesh.receiveShadow = !SEE_THROUGH.has(name);
      const full = this.fullMaterial(mode, part);
      mesh.material =
        quickly && full instanceof MeshStandardMaterial ? this.quickTwin(full, name) : full;
      if (mode === 'wireframe' && !SEE_THROUGH.has(name) && !INSIDE.has(name)) this.addLines(part);
    }
  }

  dispose(): void {
    for (const line of this.lines.splice(0)) line.removeFromParent();
    for (const material of this.quick.values()) material.dispose();
  }

  private fullMaterial(mode: Mode, { name, albedo, source }: PartMesh): Material {
    switch (mode) {
      case 'textured': return albedo;
      case 'clay': return clayFor(name);
      case 'wireframe': return wireFill;
      case 'normals': return normals;
      case 'source': return source ?? (name.startsWith('eye_') ? CLAY.eye : this.inferred);
    }
  }

  private quickTwin(full: MeshStandardMaterial, part: string): Material {
    let twin = this.quick.get(full.uuid);
    if (!twin) {
      twin = quickMaterial({
        map: full.map,
        color: new Color().copy(full.color),
        opacity: full.opacity,
        transparent: full.transparent,
        doubleSided: full.side === 2,
        skin: SKIN.has(part) && full.map !== null,
        gloss: Math.min(400, 2 / Math.max(full.roughness, 0.07) ** 2),
      });
      this.quick.set(full.uuid, twin);
    }
    return twin;
  }

  private addLines({ mesh, full }: PartMesh): void {
    const line = new Mesh(full, wireLines); // in motion too: it is what one came to see
    line.frustumCulled = false;
    mesh.parent?.add(line);
    this.lines.push(line);
  }
}
