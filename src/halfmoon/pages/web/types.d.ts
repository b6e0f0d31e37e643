// What the views draw, and what they say: told once, for all modules and for whoever
// makes frames (the lesson's worker, the playground's server). Types only: nothing of it
// is run. Layers are counted from 1, as a reader counts; units, rows and weights from 0.

/** All that is shown at one moment. A maker of frames leaves out what nobody asked for. */
export interface Frame {
  update: number;
  loss: number;
  task: "classification" | "regression";
  /** inputs, units of each hidden layer, outputs */
  sizes: number[];
  /** layer after layer: W row by row (inputs x units), then b */
  theta: Numbers;
  /** the gradient of the loss, arranged as theta */
  gradient?: Numbers;
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
  /** the true border of two classes, where it is known: x and y, one after the other */
  border?: Numbers;
  /** values: the colour scale's ends */
  range?: [number, number];

  /** the same for all hidden units, layer after layer, on a coarser grid; and for the
   * first inputs */
  pictures: Float32Array;
  inputPictures?: Float32Array;
  unitColumns: number;
  unitRows: number;
  /** where the input of each unit of the first hidden layer is zero, if that is a line on
   * the plane: x0, y0, x1, y1 of its ends on the box, with the unit's positive side on
   * the left of the way from the first to the second; NaN where it is not on the box */
  lines?: Numbers;

  /** the rows that are shown: places (x, y one after the other), class numbers or
   * values, the network's outputs for each, and whether it is a test row */
  X: Numbers;
  y: Int32Array | Float32Array;
  predictions: Float32Array;
  test?: Uint8Array;
  /** the row's number among all rows, where not all are shown */
  rowNumbers?: Int32Array;

  /** what the units of one hidden layer answer to the shown rows, and which layer; where
   * there are many rows, to every so many of them */
  hidden: Float32Array;
  hiddenLayer: number;
  hiddenEvery?: number;

  /** of one update in slow motion, what was done last */
  phase?: "forward" | "loss" | "backward" | "step" | null;
}

export type Numbers = Float64Array | Float32Array;
export type Colour = [number, number, number];

/** The page's colours, and tables of them for maps. */
export interface Look {
  dark: boolean;
  ink: Colour;
  paper: Colour;
  faint: Colour;
  line: Colour;
  tint: Colour;
  accent: Colour;
  amber: Colour;
  violet: Colour;
  right: Colour;
  wrong: Colour;
  classes: Colour[];
  shades: Shades;
}

/** Colours as the four bytes of a pixel, from the least to the most. */
export interface Shades {
  /** negative, zero, positive */
  signed: Uint32Array;
  /** each class from none to all */
  classes: Uint32Array[];
  /** each class by its lead over the next */
  leads: Uint32Array[];
  values: Uint32Array;
}

/** What is marked in the views. A unit is its number among all hidden units, layer after
 * layer, and then the outputs; an input's is -1 minus the input's number. A weight is its
 * index in theta. */
export interface Marks {
  /** the unit that the plane shows while the pointer is on it */
  peek: number | null;
  /** and the one that it goes on showing */
  pinned: number | null;
  /** the weight that is changed */
  chosen: number | null;
  /** the row that is looked at */
  picked?: number | null;
  /** whether points stay where they are */
  fixed?: boolean;
  /** what the pointer does on the plane, besides dragging points */
  tool?: "brush" | "erase" | null;
}

/** What the pointer rests on. */
export type Target = { row: number } | { unit: number } | { weight: number } | null;

/** What the views tell their owner. Rows are numbers among all rows. */
export interface Act {
  /** draw again, soon */
  redraw(): void;
  /** say it to a screen reader */
  say(text: string): void;
  /** show what a unit answers, or no more; `pin` it to go on showing it */
  peek(unit: number | null, pin: boolean): void;
  /** a weight to be changed, or none */
  choose(index: number | null): void;
  weight(index: number, value: number): void;
  /** the chosen weight was clicked, to type its value */
  type?(): void;
  move(row: number, x: number, y: number): void;
  add(x: number, y: number): void;
  remove(row: number): void;
  /** a point was clicked */
  pick?(row: number | null): void;
  /** a tool was used at a place; `first` of the stroke */
  stroke?(x: number, y: number, first: boolean): void;
  /** what the pointer rests on, and where that is on the screen */
  hover?(target: Target, left: number, top: number): void;
}

export interface View {
  element: HTMLElement;
  draw(frame: Frame, look: Look, marks: Marks): void;
  /** for so many seconds something moves by itself */
  drift?(seconds: number): void;
}

/** The page's end of a conversation with whoever computes. An error is an Error whose
 * message is a sentence for the reader. */
export interface Transport {
  ask(name: string, message?: object, body?: Uint8Array | Blob): Promise<object>;
  frame(message: object): Promise<Frame>;
}
