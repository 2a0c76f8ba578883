// Escape or Shift, three times within two seconds, leaves as the button does. The page is emptied at once.
const form = document.getElementById("leave");
let pressed = [];

if (form) {
  form.addEventListener("submit", () => document.querySelector("main").replaceChildren());
  document.addEventListener("keydown", (event) => {
    if (event.repeat) return;
    if (event.key !== "Escape" && event.key !== "Shift") {
      pressed = [];
      return;
    }
    pressed = [...pressed, { key: event.key, at: event.timeStamp }].slice(-3);
    const quick = event.timeStamp - pressed[0].at < 2000;
    if (pressed.length === 3 && quick && pressed.every((one) => one.key === event.key)) form.requestSubmit();
  });
}
