// One key for each thing on the corrections page. Every key presses a button or link that is there without this file.
"use strict";
let sent = false;

function target(event) {
  if (event.key === "Enter") {
    // Enter on a button or link that has the focus means that one.
    return document.activeElement && document.activeElement.matches("a, button")
      ? null : document.querySelector("[data-agree]");
  }
  const key = event.key === "ArrowRight" ? "n" : event.key.toLowerCase();
  return /^[a-z1-9]$/.test(key) ? document.querySelector(`[data-key="${key}"]`) : null;
}

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const found = target(event);
  if (!found || sent) return;
  event.preventDefault();
  found.classList.add("pressed");
  found.click();
});

// A second press while the first is on its way would answer a ticket that nobody has read yet.
document.addEventListener("submit", (event) => {
  if (sent) event.preventDefault();
  sent = true;
});
window.addEventListener("pageshow", () => { sent = false; });
