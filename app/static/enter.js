// On a page that is one form of parts, Enter in a field presses the button of the field's own part.
// Boxes to tick do nothing then: Enter on them is a slip.
document.addEventListener("keydown", (event) => {
  const { target } = event;
  if (event.key !== "Enter" || event.isComposing || !target.matches?.("input") || !target.form) return;
  const part = target.closest(":is([role=group], fieldset):has(.actions button)");
  const isBox = target.type === "checkbox" || target.type === "radio";
  if (!part || !target.form.querySelector(".actions button[formaction]")) return;
  event.preventDefault();
  if (!isBox) part.querySelector(".actions button").click();
});
