// A thin line at the top while a page or part of it is loading, if that takes more than a moment. Parts that refresh
// themselves (live.js) don't show it.

const DELAY_MS = 150;
const line = document.createElement("div");
line.className = "loading";
line.setAttribute("aria-hidden", "true");
document.body.append(line);
let running = 0, timer;

const start = () => {
  running += 1;
  clearTimeout(timer);
  timer = setTimeout(() => line.classList.add("is-loading"), DELAY_MS);
};
const stop = (all) => {
  running = all ? 0 : Math.max(0, running - 1);
  if (running) return;
  clearTimeout(timer);
  line.classList.remove("is-loading");
};
const isAsked = ({ target }) => !target.matches("[data-live-version]");
document.addEventListener("htmx:beforeSend", (event) => { if (isAsked(event)) start(); });
document.addEventListener("htmx:afterRequest", (event) => { if (isAsked(event)) stop(); });
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.hasAttribute("hx-get")) return;
  start();
  setTimeout(stop, 8000, true); // a download doesn't leave the page
});
addEventListener("pageshow", () => stop(true));
