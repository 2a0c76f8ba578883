// Where other questions wait for this answer, the server says which of them it would change, before it is saved.
const region = document.querySelector("[data-effect]");
const form = region?.closest("form");
const parts = new Set(["csrf", "law", "practice", "value", "narrative"]);
let waiting;
let asked;

async function ask() {
  const sent = [...new FormData(form)].filter(([name]) => parts.has(name));
  asked?.abort();
  asked = new AbortController();
  try {
    const answer = await fetch(region.dataset.effect, {
      method: "POST",
      body: new URLSearchParams(sent),
      signal: asked.signal,
    });
    const page = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
    if (region.textContent.trim() !== page.body.textContent.trim()) region.replaceChildren(...page.body.childNodes);
  } catch {
    // Without a line the page after saving says the same.
  }
}

form?.addEventListener("change", ({ target }) => {
  if (!parts.has(target.name)) return;
  clearTimeout(waiting);
  waiting = setTimeout(ask, 400);
});
