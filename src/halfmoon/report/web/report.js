// The beginning of a report's page: help for reading, and the threshold.

import { startReading } from "./reading.js";
import { startThreshold } from "./threshold.js";

startReading();
for (const part of document.querySelectorAll(".scripted")) part.hidden = false;
for (const element of document.querySelectorAll(".threshold")) startThreshold(element);
