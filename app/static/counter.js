// Counts what is left in a text while it is typed, in the words the page brings along.
const format = new Intl.NumberFormat(document.documentElement.lang);

for (const text of document.querySelectorAll("textarea[data-maxlength]")) {
  const line = document.getElementById(`${text.id}-count`)?.firstElementChild;
  const total = Number(text.dataset.maxlength);
  if (!line) continue;
  text.addEventListener("input", () => {
    const left = total - [...text.value].length;
    const words = left < 0 ? text.dataset.overText : text.dataset.leftText;
    line.classList.toggle("counter-over", left < 0);
    line.textContent = words
      .replace("{left}", format.format(left))
      .replace("{over}", format.format(-left))
      .replace("{total}", format.format(total));
  });
}
