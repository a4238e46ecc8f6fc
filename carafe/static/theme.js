// Runs in <head> before the first paint, so that a chosen theme never flashes. Without a choice, CSS follows the
// system.
function setTheme(choice) {
  const root = document.documentElement;
  if (choice === "light" || choice === "dark") root.dataset.bsTheme = choice;
  else delete root.dataset.bsTheme;
  // The browser's toolbar and pictures follow: of two colors or files, the one whose media query matches applies.
  for (const element of document.querySelectorAll("meta[data-theme], source[data-theme]")) {
    const chosen = root.dataset.bsTheme;
    const { theme, media = "" } = element.dataset; // such as " and (max-width: 639.98px)"
    element.media = !chosen ? `(prefers-color-scheme: ${theme})${media}` : theme === chosen ? `all${media}` : "not all";
  }
}

document.documentElement.classList.add("js");
try { setTheme(localStorage.getItem("theme")); } catch { /* storage may be blocked: follow the system */ }
