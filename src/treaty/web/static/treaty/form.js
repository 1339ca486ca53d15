// One file, two places. On a company's own page it adds the form's frame; inside the frame it keeps a double click one
// message and tells the page how tall the form is. Without it the form still works.
(() => {
  const script = document.currentScript;

  const visitor = () => {
    try {
      const stored = localStorage.getItem("ajs_anonymous_id");
      return stored ? String(JSON.parse(stored)) : "";
    } catch {
      return "";
    }
  };

  const addFrame = () => {
    const address = new URL(".", script.src);
    address.searchParams.set("page", location.href);
    address.searchParams.set("referrer", document.referrer);
    address.searchParams.set("visitor", visitor());
    const frame = document.createElement("iframe");
    Object.assign(frame, { src: address.href, title: script.dataset.title || "Form", width: "100%", height: "480", loading: "lazy" });
    frame.setAttribute("frameborder", "0");
    addEventListener("message", (event) => {
      if (event.source !== frame.contentWindow || event.origin !== address.origin) return;
      const tall = Number(event.data?.treatyFormHeight);
      if (tall > 0 && tall < 5000) frame.height = String(Math.ceil(tall));
    });
    script.after(frame);
  };

  const tend = () => {
    for (const form of document.querySelectorAll("form[data-once]")) {
      form.addEventListener("submit", (event) => {
        const button = form.querySelector("button");
        if (button.getAttribute("aria-disabled") === "true") event.preventDefault();
        else button.setAttribute("aria-disabled", "true");
      });
    }
    if (parent === window) return;
    const tell = () => parent.postMessage({ treatyFormHeight: document.documentElement.scrollHeight }, "*");
    new ResizeObserver(tell).observe(document.body);
  };

  if (script?.src.endsWith("/embed.js")) addFrame();
  else tend();
})();
