// Restrains htmx when it refreshes parts of a page, and announces changes: see carafe/web/polling.py.

const MAX_QUIET_SECONDS = 300;

const onLive = (name, handle) => document.addEventListener(name, (event) => {
  if (event.target.matches("[data-live-version]")) handle(event, event.target, event.detail);
});

// Don't move anything away from a finger, or take its focus.
const isInUse = (element) => element.matches(":focus, a:hover") || element.querySelector(":is(a, button, input, summary):is(:hover, :focus)");

onLive("htmx:configRequest", (event, element, { headers }) => {
  headers["If-None-Match"] = `"${element.dataset.liveVersion}"`;
});

onLive("htmx:beforeRequest", (event, element) => {
  if (document.hidden) element.dataset.liveDue = "";
  if (document.hidden || isInUse(element) || Date.now() < element.dataset.liveQuietUntil) event.preventDefault();
});

const fail = (element, retryAfter) => {
  const failures = Number(element.dataset.liveFailures || 0) + 1;
  const seconds = Math.min(element.dataset.liveSeconds * 2 ** failures, MAX_QUIET_SECONDS);
  Object.assign(element.dataset, { liveDue: "", liveFailures: failures, liveQuietUntil: Date.now() + 1000 * Math.max(seconds, retryAfter) });
};
onLive("htmx:sendError", (event, element) => fail(element, 0));
onLive("htmx:timeout", (event, element) => fail(element, 0));

onLive("htmx:beforeOnLoad", (event, element, { xhr }) => {
  if (xhr.status !== 200 || isInUse(element)) event.preventDefault();
  if (xhr.status === 429 || xhr.status >= 500) return fail(element, Number(xhr.getResponseHeader("Retry-After")));
  delete element.dataset.liveFailures;
  delete element.dataset.liveDue;
  if (xhr.status === 200) return say(element, xhr.responseText);
  // Anything else, such as a redirect to the login page, ends the polling.
  if (xhr.status !== 304) element.dataset.liveQuietUntil = Infinity;
});

const say = (element, html) => {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  const text = body.firstElementChild?.dataset.liveSay;
  if (text && text !== element.dataset.liveSay) announce(text);
};

const askNow = () => {
  if (document.hidden) return;
  for (const element of document.querySelectorAll("[data-live-due]")) {
    delete element.dataset.liveQuietUntil;
    htmx.trigger(element, "refresh");
  }
};
document.addEventListener("visibilitychange", askNow);
addEventListener("online", askNow);

// Show the number of unread notifications in the page title, as in the bell.
const countInTitle = () => {
  const count = document.querySelector(".bell-count")?.textContent;
  document.title = (count ? `(${count}) ` : "") + document.title.replace(/^\(\d+\+?\) /, "");
};
countInTitle();
document.addEventListener("htmx:load", countInTitle);
