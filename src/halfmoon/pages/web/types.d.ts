// What the views draw: told once, for all modules and for whoever makes frames (the
// lesson's worker, the playground's server). Types only: nothing of it is run.

/** All that is shown at one moment. A maker of frames leaves out what nobody asked for. */
export interface Frame {
  update: number;
  loss: number;
  task: "classification" | "regression";
  /** inputs, units of each hidden layer, outputs */
  sizes: number[];
  /** layer after layer: W row by row (inputs x units), then b */
  theta: Float64Array | Float32Array;
  inputNames: string[];
  /** one name a class; of values none */
  classNames: string[];
  /** the plane that is shown: x from, x to, y from, y to, and what its axes are */
  box: [number, number, number, number];
  axes: [string, string];

  /** columns x rows points of the plane, the first row is its top; outputs of each:
   * probabilities of the classes, or the predicted value */
  plane: Float32Array;
  columns: number;
  rows: number;
  /** 1 where no row of the data is near: hatched */
  gaps?: Uint8Array;
  /** values: the colour scale's ends */
  range?: [number, number];

  /** the same for all hidden units, layer after layer, on a coarser grid; and for the
   * inputs */
  pictures: Float32Array;
  inputPictures?: Float32Array;
  unitColumns: number;
  unitRows: number;

  /** the rows that are shown: places (x, y one after the other), class numbers or
   * values, the network's outputs for each, and whether it is a test row */
  X: Float32Array | Float64Array;
  y: Int32Array | Float32Array;
  predictions: Float32Array;
  test?: Uint8Array;
  /** the row's number among all rows, where not all are shown */
  rowNumbers?: Int32Array;

  /** what the units of one hidden layer answer to the shown rows, and which layer */
  hidden: Float32Array;
  hiddenLayer: number;
}
