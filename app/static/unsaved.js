// Asks before a page with unsaved text is left, unless the text goes along or the reader is leaving.
export const unsaved = new Set();

document.addEventListener("input", ({ target }) => {
  if (target.form?.method === "post") unsaved.add(target.form);
});
document.addEventListener("submit", ({ target }) => {
  if (target.id === "leave") unsaved.clear();
  unsaved.delete(target);
});
addEventListener("beforeunload", (event) => {
  if (unsaved.size) event.preventDefault();
});
// What came along from another page is not saved either.
if (new URLSearchParams(location.search).has("typed")) {
  for (const form of document.querySelectorAll("main form[method=post]")) unsaved.add(form);
}
