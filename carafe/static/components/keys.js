// Keys that work on every page: Ctrl+K, ⌘K, and / open the command palette, and ? shows all keyboard shortcuts. Both
// are loaded when first needed.

const opener = document.querySelector("[data-palette]");
// Keys typed while the palette loads go to its field.
let typed = null;
const load = async (name) => {
  typed = "";
  try {
    const { open } = await import(opener.dataset[name]);
    open(opener, typed);
  } finally {
    typed = null;
  }
};
const isMac = /Mac|iP(hone|ad)/.test(navigator.platform);

// Single keys can get in the way of speech input (WCAG 2.1.4), so shortcuts.js lets users turn them off.
const hasSingleKeys = () => { try { return localStorage.getItem("slash") !== "no"; } catch { return true; } };
const isTyped = (element) => element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])");
const dialogFor = (event) => {
  if (event.ctrlKey || event.metaKey) return event.key.toLowerCase() === "k" && !event.shiftKey ? "palette" : null;
  if (!hasSingleKeys() || isTyped(event.target)) return null;
  return { "/": "palette", "?": "shortcuts" }[event.key] ?? null;
};

if (opener) {
  opener.querySelector("kbd").textContent = isMac ? "⌘K" : "Ctrl K";
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey || document.querySelector("dialog[open]")) return;
    if (typed !== null) {
      if (event.key.length === 1) typed += event.key;
      return event.preventDefault();
    }
    const name = dialogFor(event);
    if (!name) return;
    event.preventDefault();
    load(name);
  });
  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-palette]")) load("palette");
    else if (target.closest("[data-shortcuts]:not([data-palette])")) load("shortcuts");
  });
}
