/**
 * A cheap likeness of the full materials, for machines without a graphics card.
 *
 * All light is reckoned per vertex; a pixel costs one texture read and the tone curve. Used for
 * the first picture and while something moves; a still picture gets the full materials.
 */
import {
  Color, DataTexture, DoubleSide, FrontSide, Matrix3, Mesh, PlaneGeometry, ShaderMaterial, type Texture, Vector3,
} from 'three';
import { HARMONICS_GLSL } from './harmonics';

/** Shared by all quick materials; light.ts keeps it. */
export const quickLight = {
  harmonics: { value: Array.from({ length: 9 }, () => new Vector3()) },
  turn: { value: new Matrix3() },
  lampDirection: { value: new Vector3(0, 0, 1) },
  lampColor: { value: new Color(0, 0, 0) },
};

const DULL = 2;
const WET = 400;
const GLOSSY = 20; // below it a lamp's highlight is too wide to be seen

const VERTEX = /* glsl */ `
${HARMONICS_GLSL}
uniform mat3 turn;
uniform vec3 lampDirection;
uniform vec3 lampColor;
uniform vec3 wrap;
uniform float gloss;
#ifdef USE_TEXTURE
  varying vec2 vPlace;
#endif
varying vec3 vLight;
varying vec3 vShine;
void main() {
  vec4 world = modelMatrix * vec4(position, 1.0);
  vec3 n = normalize(mat3(modelMatrix) * normal);
  vec3 view = normalize(cameraPosition - world.xyz);
  #ifdef TWO_SIDED
    if (dot(n, view) < 0.0) n = -n;
  #endif
  // one look at the surroundings per vertex; a vertex is what a machine like this pays for
  vec3 around = max(surroundingLight(turn * n), 0.0);
  float facing = dot(n, lampDirection);
  vec3 soft = clamp((facing + wrap) / (1.0 + wrap), 0.0, 1.0);
  vLight = around + max(soft * soft, vec3(max(facing, 0.0))) * lampColor;
  float graze = 1.0 - max(dot(n, view), 0.0);
  vShine = harmonics[0] * 0.282095 * (0.03 + 0.06 * graze * graze * graze * graze);
  #ifdef GLOSSY
    float spark = pow(max(dot(n, normalize(view + lampDirection)), 0.0), gloss);
    vShine += lampColor * spark * (gloss + 8.0) * 0.0016;
  #endif
  #ifdef USE_TEXTURE
    vPlace = uv;
  #endif
  gl_Position = projectionMatrix * viewMatrix * world;
}
`;

const FRAGMENT = /* glsl */ `
uniform vec3 color;
uniform float alpha;
#ifdef USE_TEXTURE
  uniform sampler2D map;
  varying vec2 vPlace;
#endif
varying vec3 vLight;
varying vec3 vShine;
void main() {
  vec4 base = vec4(color, alpha);
  #ifdef USE_TEXTURE
    base *= texture2D(map, vPlace);
  #endif
  gl_FragColor = vec4(base.rgb * vLight + vShine, base.a);
  #include <tonemapping_fragment>
  #include <colorspace_fragment>
}
`;

export interface QuickLook {
  map: Texture | null;
  color: Color;
  opacity: number;
  transparent: boolean;
  doubleSided: boolean;
  skin: boolean;
  gloss: number; // of the lamp's highlight: 8 dull .. 200 wet
}

export function quickMaterial(look: QuickLook): ShaderMaterial {
  const { map, skin } = look;
  return new ShaderMaterial({
    vertexShader: VERTEX,
    fragmentShader: FRAGMENT,
    transparent: look.transparent,
    depthWrite: !look.transparent,
    side: look.doubleSided ? DoubleSide : FrontSide,
    defines: {
      ...(map ? { USE_TEXTURE: 1 } : {}),
      ...(look.gloss > GLOSSY ? { GLOSSY: 1 } : {}),
      ...(look.doubleSided ? { TWO_SIDED: 1 } : {}),
    },
    uniforms: {
      ...quickLight,
      map: { value: map },
      color: { value: look.color },
      alpha: { value: look.opacity },
      wrap: { value: skin ? new Vector3(0.34, 0.13, 0.07) : new Vector3(0.001, 0.001, 0.001) },
      gloss: { value: look.gloss },
    },
  });
}

/** Specks with every kind of material that a head has. */
export function quickStandIns(): Mesh[] {
  const map = new DataTexture(new Uint8Array(4), 1, 1);
  map.needsUpdate = true;
  const kinds = [
    { map, gloss: DULL, transparent: false, doubleSided: false }, // skin
    { map, gloss: WET, transparent: false, doubleSided: false }, // eyes
    { map: null, gloss: DULL, transparent: false, doubleSided: true }, // sockets
    { map, gloss: DULL, transparent: true, doubleSided: false }, // shade of the lids
    { map, gloss: WET, transparent: true, doubleSided: false }, // tears
    { map, gloss: DULL, transparent: true, doubleSided: true }, // lashes
  ];
  return kinds.map((kind) => {
    const material = quickMaterial({ ...kind, color: new Color(), opacity: 0, skin: false });
    const mesh = new Mesh(new PlaneGeometry(1e-4, 1e-4), material);
    mesh.frustumCulled = false;
    return mesh;
  });
}
