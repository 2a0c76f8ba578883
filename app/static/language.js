// A change of language takes unsaved text along. The next page reads it once and forgets it.
import { unsaved } from "./unsaved.js";

const key = "typed";
const place = location.pathname.replace(/^\/[a-z]{2}\//, "/") + location.search;
const carried = () =>
  [...document.querySelectorAll("main form[method=post]")]
    .flatMap((form) => [...form.elements])
    .filter((field) => "value" in field && !/^(hidden|password|file|submit|button)$/.test(field.type));
const property = (field) => (/^(radio|checkbox)$/.test(field.type) ? "checked" : "value");

document.querySelector(".language-bar")?.addEventListener("click", (event) => {
  const plain = !(event.ctrlKey || event.metaKey || event.shiftKey);
  if (!unsaved.size || !plain || !event.target.closest("a")) return;
  const values = carried().map((field) => field[property(field)]);
  sessionStorage.setItem(key, JSON.stringify({ place, values }));
  unsaved.clear();
});

const typed = JSON.parse(sessionStorage.getItem(key) ?? "{}");
sessionStorage.removeItem(key);
const fields = carried();
if (typed.place === place && typed.values.length === fields.length) {
  fields.forEach((field, at) => {
    field[property(field)] = typed.values[at];
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
