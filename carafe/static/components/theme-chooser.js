// Stores the theme in this browser. theme.js, which defines setTheme, applies it on the next page.

window.chooseTheme = (theme) => {
  setTheme(theme);
  try { localStorage.setItem("theme", theme); } catch { /* storage may be blocked: set it only for this page */ }
  for (const radio of document.querySelectorAll("input[name=theme]")) radio.checked = radio.value === theme;
};

for (const radio of document.querySelectorAll("input[name=theme]")) {
  radio.checked = radio.value === (document.documentElement.dataset.bsTheme || "system");
  radio.addEventListener("change", () => chooseTheme(radio.value));
}

// Sets the theme of the page's pictures, which weren't there yet when theme.js ran.
if (document.documentElement.dataset.bsTheme) setTheme(document.documentElement.dataset.bsTheme);
