// Runs in <head> before the first paint, so that a chosen theme never flashes. Without a choice the system decides, in CSS.
function setTheme(theme) {
  const root = document.documentElement;
  if (theme === "light" || theme === "dark") root.dataset.bsTheme = theme;
  else delete root.dataset.bsTheme;
  // The browser's own bar and the pictures follow: of two colors or files, the one that fits counts.
  for (const element of document.querySelectorAll("meta[data-theme], source[data-theme]")) {
    const chosen = root.dataset.bsTheme;
    element.media = !chosen ? `(prefers-color-scheme: ${element.dataset.theme})` : element.dataset.theme === chosen ? "all" : "not all";
  }
}

document.documentElement.classList.add("js");
try { setTheme(localStorage.getItem("theme")); } catch { /* storage may be blocked: the system's theme it is */ }
