// The search through everything: a key that leads to it, and suggestions while one types. A combobox as the
// ARIA Authoring Practices have it: the focus stays in the field, aria-activedescendant says which suggestion is chosen.
{
  const DEBOUNCE_MS = 200;
  const SHORTEST = 2;
  const form = document.querySelector(".everything");
  const field = form.querySelector("input");
  const list = form.querySelector("[role=listbox]");
  const voice = form.querySelector("[role=status]");
  const slash = document.getElementById("slash");
  const isMac = /Mac|iP(hone|ad)/.test(navigator.platform);
  let options = [], chosen = -1, timer, request;

  // A single key can be in the way of who speaks to their computer (WCAG 2.1.4): it can be switched off.
  const stored = () => { try { return localStorage.getItem("slash"); } catch { return null; } };
  let slashLeads = stored() !== "no";
  const sayKeys = () => {
    form.querySelector("kbd").textContent = slashLeads ? "/" : isMac ? "⌘ K" : "Ctrl K";
    field.setAttribute("aria-keyshortcuts", `${slashLeads ? "/ " : ""}Control+K Meta+K`);
  };
  if (slash) {
    slash.checked = slashLeads;
    slash.addEventListener("change", () => {
      slashLeads = slash.checked;
      try { localStorage.setItem("slash", slashLeads ? "yes" : "no"); } catch { /* for this page only, then */ }
      sayKeys();
    });
  }
  sayKeys();

  const isTyped = (element) => element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])");
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    const command = event.ctrlKey || event.metaKey;
    const isShortcut = command ? event.key.toLowerCase() === "k" && !event.shiftKey : slashLeads && event.key === "/" && !isTyped(event.target);
    if (!isShortcut) return;
    event.preventDefault();
    field.focus();
    field.select();
  });

  const choose = (index) => {
    options[chosen]?.setAttribute("aria-selected", "false");
    chosen = index;
    const option = options[chosen];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) field.setAttribute("aria-activedescendant", option.id);
    else field.removeAttribute("aria-activedescendant");
  };

  const close = () => {
    clearTimeout(timer);
    request?.abort();
    choose(-1);
    options = [];
    list.hidden = true;
    list.replaceChildren();
    voice.textContent = "";
    field.setAttribute("aria-expanded", "false");
  };

  // The results of the page as options, by group.
  const show = (sections) => {
    choose(-1);
    list.replaceChildren(...Array.from(sections, (section) => {
      const group = document.createElement("div"), heading = document.createElement("span");
      heading.textContent = section.querySelector("h2").textContent;
      heading.setAttribute("aria-hidden", "true");
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", heading.textContent);
      group.append(heading, ...section.querySelectorAll("a"));
      return group;
    }));
    options = [...list.querySelectorAll("a")];
    options.forEach((option, index) => {
      option.id = `suggestion-${index}`;
      option.tabIndex = -1;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
    });
    list.hidden = !options.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    voice.textContent = options.length ? `${options.length} suggestion${options.length > 1 ? "s" : ""}` : "Nothing found";
  };

  const ask = async () => {
    const q = field.value.trim();
    if (q.length < SHORTEST) return close();
    request = new AbortController();
    try {
      const answer = await fetch(`${form.action}?${new URLSearchParams({ q })}`, { redirect: "manual", signal: request.signal });
      if (answer.status !== 200) return close();
      show(new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll(".results"));
    } catch { /* a newer one is under way, or there is no network: Enter still asks for the page */ }
  };

  field.addEventListener("input", () => {
    clearTimeout(timer);
    request?.abort();
    timer = setTimeout(ask, DEBOUNCE_MS);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape" && !list.hidden) close();
    else if (event.key === "Escape") field.value = "";
    else if (event.key === "Enter" && chosen >= 0) options[chosen].click();
    else if (event.key === "ArrowDown" && options.length) choose((chosen + 1) % options.length);
    else if (event.key === "ArrowUp" && options.length) choose((chosen > 0 ? chosen : options.length) - 1);
    else return;
    event.preventDefault();
  });
  form.addEventListener("focusout", (event) => { if (!form.contains(event.relatedTarget)) close(); });

  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");
}
