// Comfort on top of pages that work without it.
import "./live.js";

// Theme: the choice is kept in this browser; theme.js, which gives setTheme, applies it on the next page.
for (const radio of document.querySelectorAll(".theme-chooser input")) {
  radio.checked = radio.value === (document.documentElement.dataset.bsTheme || "system");
  radio.addEventListener("change", () => {
    setTheme(radio.value);
    try { localStorage.setItem("theme", radio.value); } catch { /* storage may be blocked: for this page only, then */ }
  });
}

// Of the page's pictures, the ones for a chosen theme: theme.js ran before they were there.
if (document.documentElement.dataset.bsTheme) setTheme(document.documentElement.dataset.bsTheme);

// Menus: one open at a time, closed by Escape and by a click elsewhere.
const openMenus = () => document.querySelectorAll(".site-header details[open], .confirm[open], .menu[open]");
document.addEventListener("click", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target) && !event.target.closest(".main-menu")) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.matches(".flash-close")) button.closest(".flash").remove();
  if (button.matches(".password-toggle")) {
    const input = document.getElementById(button.getAttribute("aria-controls"));
    input.type = input.type === "password" ? "text" : "password";
    button.setAttribute("aria-pressed", input.type === "text");
  }
});

// A form is sent once. Disabling waits a moment, or the button's own value would not be sent; it ends by itself,
// because an answer that is a download leaves the page standing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  for (const input of form.querySelectorAll(".password input")) input.type = "password";
  const buttons = form.querySelectorAll("button[type=submit]");
  const disable = (disabled) => buttons.forEach((button) => { button.disabled = disabled; });
  setTimeout(disable, 0, true);
  setTimeout(disable, 8000, false);
});
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form[method=post] button[type=submit]")) button.disabled = false;
});

// Times: written in UTC by the server, shown in the reader's zone. A day without a time (no T) is in no zone.
const day = { day: "2-digit", month: "short", year: "numeric" };
const asDay = new Intl.DateTimeFormat("en-GB", day);
const asMinute = new Intl.DateTimeFormat("en-GB", { ...day, hour: "2-digit", minute: "2-digit" });
const showLocalTimes = (root) => {
  for (const time of root.querySelectorAll('time[datetime*="T"]:not([title])')) {
    time.title = time.textContent;
    time.textContent = (time.title.includes(":") ? asMinute : asDay).format(new Date(time.dateTime));
  }
};
showLocalTimes(document);
document.addEventListener("htmx:load", (event) => showLocalTimes(event.target));

document.querySelector(".error-summary")?.focus();
document.querySelector(".sub-menu [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// A form that was interrupted by the question who someone is goes on by itself.
document.querySelector("form[data-submit-now]")?.requestSubmit();
