/** The light on the head: three surroundings and a lamp that one drags around it. */
import {
  type DataTexture,
  DataUtils,
  DirectionalLight,
  EquirectangularReflectionMapping,
  MathUtils,
  Matrix4,
  PMREMGenerator,
  type Scene,
  type Texture,
  Vector3,
  type WebGLRenderer,
} from 'three';
import { HDRLoader } from 'three/addons/loaders/HDRLoader.js';
import { irradianceHarmonics } from './harmonics';
import { quickLight } from './quick';

export const SURROUNDINGS = ['studio', 'window', 'sunset'] as const;
export type Surroundings = (typeof SURROUNDINGS)[number];

/** How bright each is made, so that all three expose a face alike; by eye. */
const STRENGTH: Record<Surroundings, number> = { studio: 1, window: 1, sunset: 1 };

export interface Lamp {
  on: boolean;
  azimuth_deg: number; // 0 in front of the face, positive at its own left
  height_deg: number;
  strength: number; // 0..1
  warmth: number; // 0 cold .. 1 warm
}

const LAMP_DISTANCE_M = 1.2;

/** A map, as the full materials read it and as the quick ones do. */
interface Prepared {
  map: DataTexture;
  mirrored: Texture | null; // made when a full picture is first drawn
  harmonics: Vector3[];
}

export class Light {
  readonly lamp = new DirectionalLight(0xffffff, 0);
  surroundings: Surroundings = 'studio';
  turn_deg = 0;
  brightness = 1;
  settings: Lamp = { on: true, azimuth_deg: -48, height_deg: 32, strength: 0.45, warmth: 0.55 };
  private readonly ready = new Map<Surroundings, Promise<Prepared>>();
  private prepared: Prepared | null = null;

  constructor(
    private readonly renderer: WebGLRenderer,
    private readonly scene: Scene,
  ) {
    scene.add(this.lamp, this.lamp.target);
    this.lamp.castShadow = true;
    this.lamp.shadow.mapSize.set(512, 512); // coarse and blurred: as of a large lamp
    this.lamp.shadow.intensity = 0.72;
    this.lamp.shadow.bias = -0.0006;
    this.lamp.shadow.normalBias = 0.0012;
    this.lamp.shadow.radius = 6;
    const { camera } = this.lamp.shadow;
    camera.left = camera.bottom = -0.2;
    camera.right = camera.top = 0.2;
    camera.near = 0.6;
    camera.far = 1.8;
    this.applyLamp();
  }

  /** Loads it, if that has not happened, and lights the scene with it. */
  async surroundWith(name: Surroundings): Promise<void> {
    this.surroundings = name;
    const prepared = await this.load(name);
    if (this.surroundings !== name) return; // another was chosen meanwhile
    this.prepared = prepared;
    this.apply();
  }

  /** For full materials, which mirror the surroundings. */
  mirror(): void {
    if (!this.prepared) return;
    this.prepared.mirrored ??= this.filter(this.prepared.map);
    this.scene.environment = this.prepared.mirrored;
  }

  apply(): void {
    this.scene.environmentIntensity = STRENGTH[this.surroundings] * this.brightness;
    const turn = MathUtils.degToRad(this.turn_deg);
    this.scene.environmentRotation.set(0, turn, 0);
    quickLight.turn.value.setFromMatrix4(new Matrix4().makeRotationY(-turn));
    this.prepared?.harmonics.forEach((band, index) => {
      quickLight.harmonics.value[index]?.copy(band).multiplyScalar(this.scene.environmentIntensity);
    });
  }

  applyLamp(): void {
    const { on, azimuth_deg, height_deg, strength, warmth } = this.settings;
    const around = MathUtils.degToRad(azimuth_deg);
    const up = MathUtils.degToRad(height_deg);
    this.lamp.position
      .set(Math.sin(around) * Math.cos(up), Math.sin(up), Math.cos(around) * Math.cos(up))
      .multiplyScalar(LAMP_DISTANCE_M)
      .add(this.lamp.target.position);
    this.lamp.visible = on;
    this.lamp.intensity = strength * 4.5;
    this.lamp.color.setRGB(1, 0.98 - 0.13 * warmth, 1.06 - 0.4 * warmth);
    quickLight.lampDirection.value
      .copy(this.lamp.position)
      .sub(this.lamp.target.position)
      .normalize();
    quickLight.lampColor.value
      .copy(this.lamp.color)
      .multiplyScalar(on ? this.lamp.intensity / Math.PI : 0); // three.js: albedo over pi
  }

  aimAt(target: Vector3): void {
    this.lamp.target.position.copy(target);
    this.applyLamp();
  }

  private load(name: Surroundings): Promise<Prepared> {
    let prepared = this.ready.get(name);
    if (!prepared) {
      prepared = new HDRLoader().loadAsync(`/light/${name}.hdr`).then((map) => this.prepare(map));
      this.ready.set(name, prepared);
    }
    return prepared;
  }

  private prepare(map: DataTexture): Prepared {
    const { data, width, height } = map.image as unknown as {
      data: Uint16Array;
      width: number;
      height: number;
    };
    const radiance = Float32Array.from(data, DataUtils.fromHalfFloat);
    return { map, mirrored: null, harmonics: irradianceHarmonics(radiance, width, height, 4) };
  }

  private filter(map: DataTexture): Texture {
    map.mapping = EquirectangularReflectionMapping;
    const generator = new PMREMGenerator(this.renderer);
    const { texture } = generator.fromEquirectangular(map);
    generator.dispose();
    map.dispose();
    return texture;
  }
}
