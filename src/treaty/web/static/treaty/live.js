// Small behaviour on top of pages that work without it: theme, menus, toasts, a brief opened beside its list, failed requests said aloud.

const root = document.documentElement;
const WIDE = matchMedia("(min-width: 58.01rem)");

/** The theme changes at once and is kept for the member; without this script the form does the same by a page. */
async function keepTheme(form, button) {
  const theme = button.value;
  theme ? (root.dataset.theme = theme) : delete root.dataset.theme;
  form.querySelectorAll("button").forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
  const body = new FormData(form, button);
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
  if (!answer || (!answer.ok && answer.type !== "opaqueredirect")) say("The look could not be kept: it lasts until you leave this page.");
}

function say(words) {
  const place = document.getElementById("toasts");
  if (!place) return;
  const toast = document.createElement("div");
  toast.className = "toast toast-now";
  toast.append(Object.assign(document.createElement("p"), { textContent: words }), closer());
  place.replaceChildren(toast);
}

function closer() {
  return Object.assign(document.createElement("button"), { type: "button", className: "btn-plain", textContent: "Close" });
}

/** On a wide page the brief opens beside its list; on a phone the link is followed, and Back returns to the list. */
function openBeside(event, link) {
  const pane = document.querySelector(".work > .brief");
  if (!WIDE.matches || !pane || !window.htmx || !link.dataset.open) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  window.htmx.ajax("GET", link.dataset.open, { target: pane, swap: "outerHTML" }).then(() => {
    document.querySelectorAll("[data-open][aria-current]").forEach((other) => other.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "true");
    history.replaceState(history.state, "", link.href.split("#")[0]);
  });
}

/** A reason that asks for a detail says which one, and wants it before it is sent. */
function askDetail(radio) {
  const form = radio.form, words = form?.querySelector("[data-ask]"), detail = form?.elements.detail;
  if (!words || !detail) return;
  const asks = radio.dataset.asks;
  words.textContent = asks ? `This reason needs one thing more: ${asks}.` : words.dataset.ask;
  detail.required = Boolean(asks);
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-theme-form]")) return;
  event.preventDefault();
  keepTheme(event.target, event.submitter);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-open]");
  if (link) openBeside(event, link);
  if (event.target.closest(".toast .btn-plain")) event.target.closest(".toast").remove();
  document.querySelectorAll("details[data-menu][open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
});
document.addEventListener("change", (event) => {
  if (event.target.matches("input[type=radio][name=reason]")) askDetail(event.target);
});
document.addEventListener("htmx:responseError", (event) => {
  say(`The server answered ${event.detail.xhr.status}. Nothing was changed; reload the page and try again.`);
});
document.addEventListener("htmx:sendError", () => say("The server could not be reached. Nothing was changed; try again in a moment."));
const showClosers = () => document.querySelectorAll("[data-close]").forEach((button) => { button.hidden = false; });
document.addEventListener("htmx:afterSwap", showClosers);
showClosers();
