/** What-if changes of the resting head. */
import type { Moves } from './glb';
import type { Head } from './head';
import { type Model, readShapes } from './model';
import { addWeighted, smoothNormals } from './morph';

export class ShapeChange {
  readonly weights: Float32Array;
  private readonly person: Float32Array; // the head as it was fitted
  private readonly personNormals: Float32Array;
  private readonly triangles: Uint32Array;
  private readonly weld: Uint16Array;
  private readonly before: Float32Array; // smooth normals of the fitted head, as made here
  private readonly now: Float32Array;

  private constructor(
    private readonly head: Head,
    readonly model: Model,
    private readonly moves: readonly Moves[],
  ) {
    this.weights = new Float32Array(moves.length);
    this.person = head.rest.slice();
    this.personNormals = head.restNormals.slice();
    this.weld = Uint16Array.from(model.weld);
    this.triangles = Uint32Array.from(
      head.parts.flatMap(({ full, start }) => [...(full.index?.array ?? [])].map((row) => row + start)),
    );
    this.before = new Float32Array(this.person.length);
    this.now = new Float32Array(this.person.length);
    smoothNormals(this.before, this.person, this.triangles, this.weld);
  }

  static async load(head: Head, model: Model): Promise<ShapeChange> {
    const moves = await readShapes(model);
    const { scale } = head.facts;
    for (const { values } of moves) for (let i = 0; i < values.length; i++) values[i]! *= scale;
    return new ShapeChange(head, model, moves);
  }

  get changed(): boolean {
    return this.weights.some((weight) => weight !== 0);
  }

  /** Brings the weights onto the head at rest. */
  apply(): void {
    const { head } = this;
    addWeighted(head.rest, this.person, this.moves, this.weights);
    head.restNormals.set(this.personNormals);
    if (!this.changed) return;
    smoothNormals(this.now, head.rest, this.triangles, this.weld);
    // only their change: the file's own normals stay where nothing has moved
    for (let i = 0; i < this.now.length; i++) head.restNormals[i]! += this.now[i]! - this.before[i]!;
  }
}
