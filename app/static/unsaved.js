// Asks before a page with unsaved text is left, unless a form takes the text along or the reader is leaving.
let unsaved = false;

document.addEventListener("input", (event) => {
  if (event.target.matches("form[method=post] textarea, form[method=post] input")) unsaved = true;
});
document.addEventListener("submit", () => { unsaved = false; });
addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
