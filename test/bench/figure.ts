/** One row of the table: what was measured, once a round. */
export interface Series {
  readonly row: string;
  readonly unit: string;
  readonly values: readonly number[];
}

export interface Effort {
  /** Fewer rounds, for a first look. */
  readonly quick: boolean;
  /** One of the figure's parts, if it has some. */
  readonly part?: string | undefined;
}

/** One question, answered by a table of contenders. */
export interface Figure {
  readonly name: string;
  readonly title: string;
  /** Each is measured in a process of its own. @default one part without a name */
  readonly parts?: readonly string[];
  /** How often to begin anew: what one process happens to be compiled to is not all of the answer. @default 1 */
  readonly processes?: number;
  /** Runs in a process with `gc()`. */
  measure(effort: Effort): Promise<readonly Series[]>;
}
