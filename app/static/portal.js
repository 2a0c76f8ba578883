// Every page works without these; they only save a step.
import "./counter.js";
import "./effect.js";
import "./enter.js";
import "./leave.js";
import "./unsaved.js";
