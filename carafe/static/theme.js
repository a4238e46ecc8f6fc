// Runs in <head> before the first paint, so that a chosen theme never flashes. Without a choice, CSS follows the
// system.
function setTheme(theme) {
  const root = document.documentElement;
  if (theme === "light" || theme === "dark") root.dataset.bsTheme = theme;
  else delete root.dataset.bsTheme;
  // The browser's toolbar and pictures follow: of two colors or files, the one whose media query matches applies.
  for (const element of document.querySelectorAll("meta[data-theme], source[data-theme]")) {
    const chosen = root.dataset.bsTheme;
    element.media = !chosen ? `(prefers-color-scheme: ${element.dataset.theme})` : element.dataset.theme === chosen ? "all" : "not all";
  }
}

document.documentElement.classList.add("js");
try { setTheme(localStorage.getItem("theme")); } catch { /* storage may be blocked: follow the system */ }
