/** The expression that is shown: what the reader chose, and what life adds to it. */
import type { Head } from './head';

const EASE_S = 0.28; // a preset is reached within this

export class Expression {
  /** What the sliders say, 0..1, in the order of `head.names`. */
  readonly chosen: Float32Array;
  private readonly from: Float32Array;
  private readonly aim: Float32Array;
  private readonly shown: Float32Array;
  private eased = 1;
  private readonly layers = new Map<string, Float32Array>();
  private readonly index: Map<string, number>;

  constructor(private readonly head: Head) {
    const count = head.names.length;
    this.chosen = new Float32Array(count);
    this.from = new Float32Array(count);
    this.aim = new Float32Array(count);
    this.shown = new Float32Array(count);
    this.index = new Map(head.names.map((name, index) => [name, index]));
  }

  get(name: string): number {
    return this.aim[this.index.get(name) ?? -1] ?? 0;
  }

  /** A slider: at once. */
  set(name: string, weight: number): void {
    const at = this.index.get(name);
    if (at === undefined) return;
    this.aim[at] = this.from[at] = this.chosen[at] = weight;
  }

  /** A preset: all 52 move there within a blink. */
  moveTo(weights: Readonly<Record<string, number>>): void {
    this.from.set(this.chosen);
    this.aim.fill(0);
    for (const [name, weight] of Object.entries(weights)) {
      const at = this.index.get(name);
      if (at !== undefined) this.aim[at] = weight;
    }
    this.eased = 0;
  }

  /** What an animation adds, by name; {} takes it away. */
  add(layer: string, weights: Readonly<Record<string, number>>): void {
    let values = this.layers.get(layer);
    if (!values) this.layers.set(layer, (values = new Float32Array(this.chosen.length)));
    values.fill(0);
    for (const [name, weight] of Object.entries(weights)) {
      const at = this.index.get(name);
      if (at !== undefined) values[at] = weight;
    }
  }

  /** Moves on by `step_s`; says whether it still moves by itself. */
  advance(step_s: number): boolean {
    if (this.eased >= 1) return false;
    this.eased = Math.min(1, this.eased + step_s / EASE_S);
    const part = this.eased * this.eased * (3 - 2 * this.eased);
    for (let i = 0; i < this.chosen.length; i++) {
      const from = this.from[i] as number;
      this.chosen[i] = from + ((this.aim[i] as number) - from) * part;
    }
    return true;
  }

  /** Brings it onto the head. */
  show(): void {
    this.shown.set(this.chosen);
    for (const values of this.layers.values()) {
      for (let i = 0; i < values.length; i++) this.shown[i]! += values[i]!;
    }
    for (let i = 0; i < this.shown.length; i++) {
      this.shown[i] = Math.min(1, Math.max(0, this.shown[i] as number));
    }
    this.head.setExpression(this.shown);
  }
}
