// What the playground's modules hand to each other. Types only: nothing of it is run.

import type { Act, Frame, Look, Marks as ViewMarks } from "./types.js";

/** One end of the conversation with Python: over HTTP, in a notebook, or recorded.
 * An error's message is a sentence that can be shown; its name is "ServerGone" where
 * nobody answers. */
export interface Transport {
  ask(name: string, message?: object, body?: Blob | null): Promise<any>;
  frame(message: object): Promise<PlaygroundFrame>;
}

/** A frame as the playground's server makes it: what views draw, and panels ask. */
export interface PlaygroundFrame extends Frame {
  epoch: number;
  end: number;
  last: number;
  version: number;
  data_version: number;
  playing: boolean;
  stopped: string | null;
  train_loss: number;
  test_loss: number | null;
  train_score: number;
  test_score: number | null;
  learning_rate: number;
  gradient_norm: number | null;
  [more: string]: any;
}

/** All controls' values, as Setup has them. */
export interface Setup {
  [name: string]: any;
}

export interface SettingInfo {
  name: string;
  default: any;
  rule: string;
  help: string;
  type:
    | "number"
    | "integer"
    | "numbers"
    | "integers"
    | "text"
    | "texts"
    | "boolean"
    | "choice";
  none?: boolean;
  choices?: any[];
  low: number | null;
  high: number | null;
  starts_over?: boolean;
}

export interface ComponentInfo {
  name: string;
  help: string;
  task?: string;
  settings: SettingInfo[];
}

export interface Menu {
  settings: SettingInfo[];
  [kind: string]: ComponentInfo[] | any;
}

export interface RunInfo {
  id: string;
  name: string;
  changed: string;
  update: number;
  train_loss: number;
  test_loss: number | null;
  score: number | null;
  current: boolean;
  kept: boolean;
  setup: Setup;
}

/** What `state` answers. */
export interface State {
  version: number;
  setup: Setup;
  task: "classification" | "regression";
  score_name: string;
  data: any;
  network: { sizes: number[]; activations: string[]; parameters: number };
  update: number;
  epoch: number;
  /** the update at which all epochs are done, and how far it is recorded */
  end: number;
  last: number;
  playing: boolean;
  speed: string;
  stopped: string;
  message: string;
  runs: RunInfo[];
}

/** What the reader points at; it is the page's alone. */
export interface Marks extends ViewMarks {
  picked: number | null;
  tool: "brush" | "erase" | null;
  /** the class of points that a click adds */
  adding: number | null;
  /** the runs that are compared */
  compared?: string[];
}

export interface Store {
  state: State;
  menu: Menu;
  frame: PlaygroundFrame | null;
  look: Look;
  marks: Marks;
  act: Act;
  /** ids of runs whose curves are switched off */
  hiddenRuns: Set<string>;
  /** slots and settings that a teacher's link hides; the lesson that it starts */
  hides: Set<string>;
  lesson: string | null;
  /** 1, or less while frames take long: maps may be made coarser by it */
  detail: number;
  /** Ask an operation. What it answers, or null after its error was shown. */
  ask(name: string, message?: object, body?: Blob | null): Promise<any>;
  /** Read the state anew; whoever listens hears if it has changed. */
  read(): Promise<void>;
  /** Show at once what will be, before Python has answered. */
  expect(changes: Partial<State>): void;
  /** Ask it, but of those that wait for an earlier one only the newest of a key. */
  tell(name: string, message: object, key?: string): void;
  /** Change settings; their values are collected while a change is on its way. */
  change(settings: Setup): void;
  /** Tell a screen reader; if urgent, show it to all until the next change. */
  say(text: string, urgent?: boolean): void;
  /** Marks have changed: draw again what is there. */
  redraw(): void;
  /** What panels want has changed: get a new frame. */
  want(): void;
  /** Show the panel of this name: opens its tab. */
  open(name: string): void;
  /** `hear()` is called whenever the state has changed. */
  listen(hear: (state: State) => void): void;
}

/** A part of the page. The shell draws its frame and its title. */
export interface Panel {
  element: HTMLElement;
  /** What the next frame must hold for it; called only while it is visible. */
  wants?(): object | null;
  /** Called with each frame that holds what it wants, and after redraw(). */
  draw?(frame: PlaygroundFrame, look: Look, store: Store): void;
  /** Called at the beginning and whenever the state has changed, visible or not. */
  show?(state: State): void;
  /** Of the lessons panel: what a link to a lesson's step asks for. */
  open?(name: string, step: number): void;
  /** milliseconds between two frames that hold what it wants, while training runs */
  every?: number;
}

/** Where a panel stands. */
export interface Slot {
  name: string;
  title: string;
  place: "left" | "network" | "surface" | "curves" | "below";
}
