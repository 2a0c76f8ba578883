// Asks ODK's engine what expressions come to.
//
// In:  {"today": "2026-06-15", "form": "<h:html …>", "cases": [{"id", "values": {node: text}, "read", "as"}]}
// Out: {"<id>": "text"}; for `relevant` and `constraint` the text is "true" or "false".
// Run as: node ask.mjs <node_modules>

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

process.env.TZ = "UTC";

const modules = process.argv[2];
const request = JSON.parse(readFileSync(0, "utf8"));

// The engine asks the clock what day it is.
const noon = Date.parse(`${request.today}T12:00:00Z`);
Date.now = () => noon;

await prepareBrowser();
const engine = await import(pathToFileURL(join(modules, "@getodk/xforms-engine/dist/index.js")).href);

const loaded = await engine.loadForm(request.form);
if (loaded.status === "failure") {
  throw loaded.error;
}
const root = loaded.createInstance().root;
const nodes = byName(root);
const answers = {};
for (const one of request.cases) {
  for (const [name, text] of Object.entries(one.values)) {
    nodeCalled(name).setValue(text);
  }
}
for (const one of request.cases) {
  answers[one.id] = opinion(one, nodeCalled(one.read));
}
process.stdout.write(JSON.stringify(answers));

/** What the engine says of one case. */
function opinion(one, node) {
  if (one.as === "relevant") {
    return String(node.currentState.relevant);
  }
  if (one.as === "constraint") {
    return String(node.validationState.constraint.valid);
  }
  return node.currentState.instanceValue;
}

/** The node with a name; a misspelt one is an error here and not an empty answer. */
function nodeCalled(name) {
  const node = nodes.get(name);
  if (node === undefined) {
    throw new Error(`no node ${name}`);
  }
  return node;
}

/** Every node of the form by its name. */
function byName(parent, found = new Map()) {
  for (const child of parent.currentState.children ?? []) {
    found.set(child.definition.nodeset.split("/").at(-1), child);
    byName(child, found);
  }
  return found;
}

/** The engine expects a browser's classes, and its parser a module's surroundings in Node. */
async function prepareBrowser() {
  const require = createRequire(join(modules, "of-the-tests.js"));
  const { JSDOM } = require("jsdom");
  const { window } = new JSDOM();
  for (const name of Object.getOwnPropertyNames(window)) {
    if (/^[A-Z]/.test(name) && !(name in globalThis)) {
      globalThis[name] = window[name];
    }
  }
  globalThis.document ??= window.document;
  globalThis.window ??= window;
  globalThis.require = require;
  globalThis.__dirname = modules;
}
