// Shows times in the browser's time zone if the server doesn't know the user's and wrote them in UTC, and updates
// relative times. A date without a time (no T) has no time zone. See carafe/time.

const MINUTE_MS = 60_000, WEEK_MINUTES = 7 * 24 * 60;
const day = { day: "numeric", month: "short", year: "numeric" };
const asDay = new Intl.DateTimeFormat("en-US", day);
const asMinute = new Intl.DateTimeFormat("en-US", { ...day, hour: "numeric", minute: "2-digit" });
// Browsers put a narrow space before AM and PM, which some fonts lack.
const format = (time, formatter) => formatter.format(new Date(time.dateTime)).replace("\u202f", " ");

const count = (number, unit) => `${number} ${unit}${number === 1 ? "" : "s"} ago`;
const age = (minutes) => {
  if (minutes < 1) return "just now";
  if (minutes < 60) return count(minutes, "minute");
  const hours = Math.floor(minutes / 60), days = Math.floor(hours / 24);
  return hours < 24 ? count(hours, "hour") : days === 1 ? "yesterday" : count(days, "day");
};

const showAge = (time) => {
  const minutes = Math.floor(Math.max(0, Date.now() - new Date(time.dateTime)) / MINUTE_MS);
  const text = minutes < WEEK_MINUTES ? age(minutes) : time.title;
  if (time.textContent !== text) time.textContent = text;
};
const showLocalTimes = (root) => {
  for (const time of root.querySelectorAll('time[datetime*="T"]:not([title])')) {
    time.title = time.textContent;
    time.textContent = format(time, time.title.includes(":") ? asMinute : asDay);
  }
  for (const time of root.querySelectorAll("time[data-relative]")) {
    if (time.title.endsWith(" UTC")) time.title = format(time, asMinute);
    showAge(time);
  }
};
showLocalTimes(document);
document.addEventListener("htmx:load", (event) => showLocalTimes(event.target));
setInterval(() => document.querySelectorAll("time[data-relative]").forEach(showAge), MINUTE_MS / 2);
