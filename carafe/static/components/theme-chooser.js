// The theme is kept in this browser; theme.js, which defines setTheme, applies it on the next page.

window.chooseTheme = (theme) => {
  setTheme(theme);
  try { localStorage.setItem("theme", theme); } catch { /* storage may be blocked: for this page only, then */ }
  for (const radio of document.querySelectorAll("input[name=theme]")) radio.checked = radio.value === theme;
};

for (const radio of document.querySelectorAll("input[name=theme]")) {
  radio.checked = radio.value === (document.documentElement.dataset.bsTheme || "system");
  radio.addEventListener("change", () => chooseTheme(radio.value));
}

// Of the page's pictures, the ones for a chosen theme: theme.js ran before they were there.
if (document.documentElement.dataset.bsTheme) setTheme(document.documentElement.dataset.bsTheme);
