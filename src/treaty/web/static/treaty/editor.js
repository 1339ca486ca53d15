// The agreement as forms: the last weight takes what is left, a choice that changes the questions asks anew, unsaved words are not left behind.

const writing = document.getElementById("writing");
let isChanged = Boolean(writing?.querySelector("[data-changed]"));

function press(form, value) {
  const button = document.createElement("button");
  Object.assign(button, { name: "do", value, hidden: true });
  form.append(button);
  button.click();
  button.remove();
}

/** Figures of the rows above are what was typed; the last row and the bar follow them. */
function balance(box) {
  const rows = [...box.querySelectorAll(".ask-weight")];
  const field = (row) => row.querySelector("input:not([type=hidden], [type=range])");
  const shares = rows.slice(0, -1).map((row) => parseFloat(field(row).value) || 0);
  const left = 100 - shares.reduce((sum, share) => sum + share, 0);
  if (left < 0) return;
  field(rows[rows.length - 1]).value = `${Math.round(left * 100) / 100}%`;
  let at = 0;
  [...shares, left].forEach((share, i) => {
    const bar = box.querySelectorAll("rect")[i];
    bar.setAttribute("x", at);
    bar.setAttribute("width", share);
    at += share;
  });
}

/** A slider may take only what the others leave. */
function slide(slider) {
  const box = slider.closest(".ask-weights");
  const rows = [...box.querySelectorAll(".ask-weight")].slice(0, -1);
  const others = rows.filter((row) => !row.contains(slider)).reduce((sum, row) => sum + (parseFloat(row.querySelector("input:not([type=hidden], [type=range])").value) || 0), 0);
  slider.value = Math.min(Number(slider.value), Math.floor(100 - others));
  document.getElementById(slider.dataset.weight).value = `${slider.value}%`;
  balance(box);
}

/** The form of what the address names is open. */
function openNamed() {
  const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (row?.tagName === "DETAILS") { row.open = true; row.scrollIntoView({ block: "start" }); }
}

if (writing) {
  openNamed();
  window.addEventListener("hashchange", openNamed);
  writing.addEventListener("input", (event) => {
    isChanged = true;
    const says = writing.querySelector("[data-saved]");
    if (says) says.textContent = "Not saved yet";
    const box = event.target.closest(".ask-weights");
    if (event.target.dataset.weight) slide(event.target);
    else if (box) {
      const slider = event.target.closest(".ask-weight").querySelector("input[type=range]");
      if (slider) slider.value = parseFloat(event.target.value) || 0;
      balance(box);
    }
  });
  writing.addEventListener("change", (event) => {
    if (event.target.dataset.press) press(event.target.form, event.target.dataset.press);
  });
  writing.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=do]");
    if (button) isChanged = button.value !== "save";
  });
  writing.addEventListener("htmx:afterSettle", () => { isChanged = Boolean(writing.querySelector("[data-changed]")); });
  window.addEventListener("beforeunload", (event) => { if (isChanged) event.preventDefault(); });
}
