// What the modules of the lesson's live figure hand to each other. Types only: nothing of
// it is run.

import type { Act, Frame, Marks } from "./types.js";

/** A figure's settings, as halfmoon.pages.live reads them. */
export interface FigureSettings {
  show: string[];
  controls: string[];
  rate: number;
  units: number;
  activation: string;
  classes: number;
  noise: number | null;
  updates: number;
  start: "begin" | "end";
  autoplay: boolean;
}

/** What figures start from, as halfmoon.tutorial.live makes it. */
export interface LessonData {
  shapes: Record<number, Shape>;
  /** Britz's first weights, by the number of hidden units */
  weights: Record<number, number[]>;
  activations: string[];
  l2: number;
}

export interface Shape {
  box: [number, number, number, number];
  clean: number[];
  labels: number[];
  points: number[] | null;
  noise: number;
}

export interface LessonEngine {
  wasm: Uint8Array<ArrayBuffer>;
  activations: string[];
  data: LessonData;
}

export interface Kit {
  data: LessonData;
  engine: LessonEngine;
  workerAddress: string;
}

export type LessonStart = LessonEngine & { settings: FigureSettings };

/** The views that a frame must serve, by name. */
export type LessonViews = Record<string, boolean>;

/** A frame as the lesson's worker makes it. */
export interface LessonFrame extends Frame {
  /** the updates known */
  end: number;
  /** whether the worker is on its way to an update that was asked for */
  seeking: boolean;
  /** whether all numbers are finite */
  finite: boolean;
  accuracy: number;
  rate: number;
  activation: string;
  noise: number;
  /** place, lowest and highest of each range of updates, one after the other */
  losses: Float32Array;
  /** the learning rate times the curvature, now and over the updates */
  product: number;
  products: Float32Array;
}

export interface FigureState extends Marks {
  frame: LessonFrame | null;
  playing: boolean;
  /** whether the frame holds all that the reader did */
  settled: boolean;
  /** the class of points that a click adds */
  adding: number | null;
  /** a network that was asked for */
  asked?: { units: number; activation: string };
}

export type ShownState = FigureState & { frame: LessonFrame };

/** What views and controls call. */
export interface FigureAct extends Act {
  state: FigureState;
  tell(name: string, message: object): void;
  restore(): void;
  press(): void;
  step(): void;
  reset(): void;
  newWeights(): void;
  seek(update: number): void;
}
