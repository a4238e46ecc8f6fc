// Runs in <head> before the first paint, so that a chosen theme never flashes. Without a choice the system decides, in CSS.
function setTheme(theme) {
  const root = document.documentElement;
  if (theme === "light" || theme === "dark") root.dataset.bsTheme = theme;
  else delete root.dataset.bsTheme;
  // The browser's own bar follows: of its two colours the one that fits counts.
  for (const meta of document.querySelectorAll("meta[name=theme-color]")) {
    const chosen = root.dataset.bsTheme;
    meta.media = !chosen ? `(prefers-color-scheme: ${meta.dataset.theme})` : meta.dataset.theme === chosen ? "all" : "not all";
  }
}

document.documentElement.classList.add("js");
try { setTheme(localStorage.getItem("theme")); } catch { /* storage may be blocked: the system's theme it is */ }
