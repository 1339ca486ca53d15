// One key for what the pages already offer: a key follows a link, presses a button, ticks a box. Nothing works by key alone.
//
//   data-keys-list            a list; its data-keys-item children are what J and K move through
//   data-key="a"              a button, link, summary or choice that `a` activates; "g q" is g, then q
//   data-keys-scope           an open <details> with this takes the keys first (reasons: 1 to 9)
//   data-keys-acts            answers to the open lead: they rest while another row of the list has the focus
//   <html data-keys="off">    the member turned keys off; "treaty.keys" in localStorage does so for one device
//
// Keys rest while one types, and while Ctrl, Alt or Meta is down.

const root = document.documentElement;
const STORE = "treaty.keys";
const PAIR_MS = 1200;
let before = { key: "", at: 0 };

export const isOff = () => root.dataset.keys === "off" || stored() === "off";

function stored() {
  try { return localStorage.getItem(STORE); } catch { return null; }
}

function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches("textarea, select")) return true;
  return target.matches("input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=reset])");
}

const isSeen = (element) => element.checkVisibility({ checkVisibilityCSS: true }) && !element.disabled;
const seen = (selector, within = document) => [...within.querySelectorAll(selector)].filter(isSeen);
const items = () => seen("[data-keys-list] [data-keys-item]");
const here = () => document.activeElement?.closest("[data-keys-item]") ?? document.querySelector("[data-keys-item].is-here");
const target = (item) => item.querySelector("a[href], button") ?? item.querySelector("input");

function move(step) {
  const all = items();
  if (!all.length) return false;
  const open = all.findIndex((item) => item.querySelector("[aria-current]"));
  const at = all.indexOf(here());
  const next = at >= 0 ? at + step : open >= 0 ? open + step : step > 0 ? 0 : all.length - 1;
  const item = all[Math.min(Math.max(next, 0), all.length - 1)];
  document.querySelectorAll(".is-here").forEach((old) => old.classList.remove("is-here"));
  item.classList.add("is-here");
  target(item)?.focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
  return true;
}

function select() {
  const box = here()?.querySelector("input[type=checkbox]");
  if (!box) return false;
  box.click();
  return true;
}

const openScope = () => seen("details[data-keys-scope][open]").at(-1);

/** Close what is open on top; true if something was. */
function close() {
  const dialog = document.querySelector("dialog[open]");
  if (dialog) { dialog.close(); return true; }
  const details = openScope() ?? seen("details[data-menu][open]").at(-1);
  if (details) {
    details.open = false;
    details.querySelector("summary").focus();
    return true;
  }
  if (isTyping(document.activeElement)) { document.activeElement.blur(); return true; }
  return false;
}

function help() {
  const dialog = document.getElementById("keys");
  if (!dialog || dialog.open) return false;
  dialog.showModal();
  return true;
}

/** What a key means now: in the dialog or the open reasons first, then in the row, then on the page. */
function find(key) {
  const dialog = document.querySelector("dialog[open]");
  const name = `[data-key="${CSS.escape(key)}"]`;
  if (dialog) return seen(name, dialog)[0];
  const scope = openScope();
  if (scope) return seen(name, scope)[0];
  const row = here();
  return (row && seen(name, row)[0]) || seen(name).find((element) => !element.closest("dialog, details[data-keys-scope] > .pop"));
}

/** Where g and a letter lead; the place may stand in a closed menu. */
const place = (letter) => document.querySelector(`[data-key="${CSS.escape(`g ${letter}`)}"]`);

/** An answer goes to the lead that is open. While the focus is on another row, say so and do nothing. */
function isElsewhere(element) {
  const row = here();
  return element.closest("[data-keys-acts]") && row && document.activeElement?.closest("[data-keys-item]") === row
    && row.querySelector("a[data-open]") && !row.querySelector("[aria-current]");
}

function say(words) {
  const place = document.getElementById("toasts");
  if (!place) return;
  const toast = Object.assign(document.createElement("p"), { className: "toast", textContent: words });
  place.replaceChildren(toast);
}

function activate(element) {
  if (isElsewhere(element)) {
    say("Another lead is open. Press Enter to open this one first.");
    return;
  }
  if (element.matches("input[type=search], input[type=text], textarea")) { element.focus(); element.select?.(); return; }
  if (element.matches("input[type=radio]")) { element.focus(); element.click(); return; }
  if (element.matches("summary")) {
    element.click();
    element.parentElement.open && element.parentElement.querySelector("input:not([type=hidden])")?.focus();
    return;
  }
  element.click();
}

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape") { if (close()) event.preventDefault(); return; }
  if (isOff() || isTyping(event.target)) return;
  if (act(event)) event.preventDefault();
}

function act(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const isPair = before.key === "g" && event.timeStamp - before.at < PAIR_MS;
  before = { key: isPair ? "" : key, at: event.timeStamp };
  const element = isPair ? place(key) : find(key);
  if (element) { activate(element); return true; }
  if (isPair || document.querySelector("dialog[open]")) return false;
  if (key === "?") return help();
  if (openScope()) return false;
  if (key === "j") return move(1);
  if (key === "k") return move(-1);
  if (key === "x") return select();
  return false;
}

function switchKeys(button) {
  const off = stored() === "off";
  try { off ? localStorage.removeItem(STORE) : localStorage.setItem(STORE, "off"); } catch { return; }
  label(button);
}

function label(button) {
  button.textContent = stored() === "off" ? "Turn keys on again on this device" : "Turn keys off on this device";
}

document.addEventListener("keydown", onKey);
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-keys-help]");
  if (opener && help()) { event.preventDefault(); opener.closest("details")?.removeAttribute("open"); }
  const button = event.target.closest("[data-keys-switch]");
  if (button) switchKeys(button);
});
document.querySelectorAll("[data-keys-switch]").forEach(label);
