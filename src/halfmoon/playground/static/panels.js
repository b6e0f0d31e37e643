// Every panel of the playground, by the slot in which it stands (layout.js). A panel is
// made by a function of the store; a slot without one is left out.

import { makeSettingsPanel } from "./settings-panel.js";

/** @import { Panel, Store } from "./playground.js" */

/** @type {Record<string, (store: Store) => Panel>} */
export const PANELS = {
  settings: makeSettingsPanel,
};
