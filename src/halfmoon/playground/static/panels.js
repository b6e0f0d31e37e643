// Every panel of the playground, by the slot in which it stands (layout.js). A panel is
// made by a function of the store; a slot without one is left out.

import { makeConfusionPanel } from "./confusion-panel.js";
import { makeCurvesPanel } from "./curves-panel.js";
import { makeDataPanel } from "./data-panel.js";
import { makeFindingsPanel } from "./findings-panel.js";
import { makeHiddenPanel } from "./hidden-panel.js";
import { makeHistogramsPanel } from "./histograms-panel.js";
import { makeLessonsPanel } from "./lessons-panel.js";
import { makeOutputPanel } from "./output-panel.js";
import { makeNetworkPanel } from "./network-panel.js";
import { makeRowPanel } from "./row-panel.js";
import { makeRunsPanel } from "./runs-panel.js";
import { makeSettingsPanel } from "./settings-panel.js";
import { makeStabilityPanel } from "./stability-panel.js";
import { makeSurfacePanel } from "./surface-panel.js";
import { makeTablePanel } from "./table-panel.js";
import { makeTracePanel } from "./trace-panel.js";

/** @import { Panel, Store } from "./playground.js" */

/** @type {Record<string, (store: Store) => Panel>} */
export const PANELS = {
  confusion: makeConfusionPanel,
  curves: makeCurvesPanel,
  data: makeDataPanel,
  findings: makeFindingsPanel,
  histograms: makeHistogramsPanel,
  lessons: makeLessonsPanel,
  output: makeOutputPanel,
  network: makeNetworkPanel,
  row: makeRowPanel,
  runs: makeRunsPanel,
  settings: makeSettingsPanel,
  space: makeHiddenPanel,
  stability: makeStabilityPanel,
  surface: makeSurfacePanel,
  table: makeTablePanel,
  trace: makeTracePanel,
};
