/**
 * Makes skin look like skin: light that enters it comes out again nearby, redder.
 *
 * The lamp's light wraps a little around the edge of the shadow, red farthest; the surroundings'
 * light is softened in the same way. Two terms in the fragment shader, no second pass.
 * After the idea of d'Eon and Luebke, GPU Gems 3 chapter 14 (diffusion per colour), simplified.
 */
import { MeshStandardMaterial, type Texture } from 'three';

const WRAP = 'vec3(0.34, 0.13, 0.07)'; // how far light reaches behind the terminator, per colour
const SOFTEN = 'vec3(0.30, 0.14, 0.08)'; // share of the surroundings' light that is spread out

/**
 * How much skin mirrors at a grazing angle, 1 for glass. Nothing else keeps the surroundings out of
 * folds: with 1 the lower lip has a white edge where the upper one covers it.
 */
const GRAZING = '0.05';

const DIRECT = /* glsl */ `
void RE_Direct_Skin( const in IncidentLight directLight, const in vec3 geometryPosition, const in vec3 geometryNormal, const in vec3 geometryViewDir, const in vec3 geometryClearcoatNormal, const in PhysicalMaterial material, inout ReflectedLight reflectedLight ) {
  RE_Direct_Physical( directLight, geometryPosition, geometryNormal, geometryViewDir, geometryClearcoatNormal, material, reflectedLight );
  float facing = dot( geometryNormal, directLight.direction );
  vec3 wrap = ${WRAP};
  vec3 soft = saturate( ( facing + wrap ) / ( 1.0 + wrap ) );
  vec3 bleed = max( soft * soft - saturate( facing ), 0.0 ) * directLight.color;
  reflectedLight.directDiffuse += bleed * BRDF_Lambert( material.diffuseColor );
}
#undef RE_Direct
#define RE_Direct RE_Direct_Skin
`;

const SURROUNDINGS = /* glsl */ `
#if defined( USE_ENVMAP ) && defined( RE_IndirectDiffuse )
  iblIrradiance = mix( iblIrradiance, getIBLIrradiance( normalize( geometryNormal + 0.9 * geometryViewDir ) ), ${SOFTEN} );
#endif
`;

/** Roughness over the face: dull cheeks and neck, a little shine on forehead, nose and lips. */
export function makeSkin(material: MeshStandardMaterial, maxAnisotropy: number): void {
  material.onBeforeCompile = (shader) => {
    shader.fragmentShader = shader.fragmentShader
      .replace(
        '#include <lights_physical_pars_fragment>',
        `#include <lights_physical_pars_fragment>\n${DIRECT}`,
      )
      .replace(
        '#include <lights_fragment_maps>',
        `#include <lights_fragment_maps>\n${SURROUNDINGS}`,
      )
      .replace(
        '#include <lights_physical_fragment>',
        `#include <lights_physical_fragment>\nmaterial.specularF90 = ${GRAZING};`,
      );
  };
  material.customProgramCacheKey = () => 'skin';
  sharpen(material.map, maxAnisotropy);
}

/** A glossy eye: the cornea mirrors the surroundings and the lamp. */
export function makeEye(material: MeshStandardMaterial, maxAnisotropy: number): void {
  material.roughness = 0.06;
  material.envMapIntensity = 1.3;
  sharpen(material.map, maxAnisotropy);
}

function sharpen(map: Texture | null, maxAnisotropy: number): void {
  if (map) map.anisotropy = Math.min(4, maxAnisotropy);
}
