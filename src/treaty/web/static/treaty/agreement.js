// The agreement's pages: a click on a problem goes to its line, unsaved words are not left behind, the paper prints.

const text = document.getElementById("text");
const form = document.querySelector("[data-draft]");
let isChanged = form ? "changed" in form.dataset : false;

/** Where the n-th line begins; the last place for a line that is gone. */
function startOf(line) {
  let at = 0;
  for (let n = 1; n < line; n += 1) {
    const next = text.value.indexOf("\n", at);
    if (next < 0) return at;
    at = next + 1;
  }
  return at;
}

function goTo(line, column) {
  const from = startOf(line);
  const end = text.value.indexOf("\n", from);
  text.focus({ preventScroll: true });
  text.setSelectionRange(Math.min(from + column - 1, end < 0 ? text.value.length : end), end < 0 ? text.value.length : end);
  const height = parseFloat(getComputedStyle(text).lineHeight);
  text.scrollTop = Math.max(0, (line - 4) * height);
  text.scrollLeft = 0;
  text.scrollIntoView({ block: "nearest" });
}

function showCaret() {
  const before = text.value.slice(0, text.selectionStart);
  const line = before.split("\n").length;
  form.querySelector("[data-caret]").textContent = `Line ${line}, column ${before.length - before.lastIndexOf("\n")}.`;
}

if (text && form) {
  form.querySelectorAll("[data-only-without-script]").forEach((button) => { button.hidden = true; });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-line]");
    if (!link) return;
    event.preventDefault();
    goTo(Number(link.dataset.line), Number(link.dataset.column));
    showCaret();
  });
  document.addEventListener("selectionchange", () => { if (document.activeElement === text) showCaret(); });
  text.addEventListener("input", () => {
    isChanged = true;
    form.querySelector("[data-saved]").textContent = "Not saved yet";
  });
  form.addEventListener("submit", () => { isChanged = false; });
  window.addEventListener("beforeunload", (event) => { if (isChanged) event.preventDefault(); });
}

document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
