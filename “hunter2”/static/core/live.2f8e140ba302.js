// Parts of a page that bring themselves up to date: see app/core/live.py.

const LONGEST_WAIT_SECONDS = 300;

// Outside of what is replaced, or screen readers would not notice that it changes.
const voice = document.createElement("div");
voice.className = "visually-hidden";
voice.setAttribute("aria-live", "polite");
document.body.append(voice);

// Nothing moves away from under a finger, or takes the focus along.
const isInUse = (element) => element.matches(":focus, a:hover") || element.querySelector(":is(a, button, input, summary):is(:hover, :focus)");

const replace = (element, html) => {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const fresh = holder.content.firstElementChild;
  element.replaceWith(fresh);
  showLocalTimes(fresh);
  if (fresh.dataset.liveSay && fresh.dataset.liveSay !== element.dataset.liveSay) voice.textContent = fresh.dataset.liveSay;
  return fresh;
};

const keepLive = (element) => {
  let failures = 0, timer, due = false, asking = false;

  const wait = (least = 0) => {
    const seconds = Math.min(Number(element.dataset.liveSeconds) * 2 ** failures, LONGEST_WAIT_SECONDS);
    // Not all at once, after a restart or at the full minute.
    timer = setTimeout(ask, Math.max(least, seconds * (0.9 + 0.2 * Math.random())) * 1000);
  };

  const ask = async () => {
    if (!element.isConnected) return;
    if (document.hidden) { due = true; return; }
    if (isInUse(element)) return wait();
    let answer, html;
    asking = true;
    try {
      const headers = { "If-None-Match": `"${element.dataset.liveVersion}"` };
      answer = await fetch(element.dataset.live, { headers, redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(15000) });
      html = answer.status === 200 ? await answer.text() : null;
    } catch { answer = null; }
    asking = false;
    if (!answer || answer.status === 429 || answer.status >= 500) {
      failures += 1;
      return wait(Number(answer?.headers.get("Retry-After")) || 0);
    }
    failures = 0;
    // Anything else, such as a redirect to the log-in page, is the end of it.
    if (html !== null && !isInUse(element)) element = replace(element, html);
    else if (answer.status !== 304 && html === null) return;
    if (element.dataset.live) wait();
  };

  const askNow = () => {
    if (asking || (!due && !failures)) return;
    due = false;
    clearTimeout(timer);
    ask();
  };
  document.addEventListener("visibilitychange", () => { if (!document.hidden) askNow(); });
  addEventListener("online", askNow);
  wait();
};

document.querySelectorAll("[data-live]").forEach(keepLive);
