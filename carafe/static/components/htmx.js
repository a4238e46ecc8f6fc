// htmx is 17 kB that few pages need immediately. It is loaded when a search is entered, or when a polling element is
// due for the first time.
{
  const source = document.querySelector("meta[name=htmx-config]")?.dataset.src;
  let loading;
  // Before the page is complete, htmx would wait for an event that may be over.
  const complete = () => new Promise((resolve) => {
    if (document.readyState === "complete") resolve();
    else addEventListener("load", resolve, { once: true });
  });
  const load = () => loading ??= complete().then(() => new Promise((resolve) => {
    const script = document.createElement("script");
    script.src = source;
    script.addEventListener("load", resolve, { once: true });
    document.head.append(script);
  }));

  const polled = [...document.querySelectorAll("[data-live-seconds]")];
  if (source && polled.length) {
    const first = Math.min(...polled.map((element) => element.dataset.liveSeconds));
    setTimeout(async () => {
      await load();
      for (const element of document.querySelectorAll(`[data-live-seconds="${first}"]`)) htmx.trigger(element, "refresh");
    }, first * 1000);
  }

  const enter = async ({ target }) => {
    if (loading || !target.closest?.("form[hx-get]")) return;
    await load();
    // What was typed in the meantime.
    if (target.value !== target.defaultValue) target.dispatchEvent(new Event("input", { bubbles: true }));
  };
  if (source) {
    document.addEventListener("focusin", enter);
    if (document.activeElement !== document.body) enter({ target: document.activeElement });
  }
}
