// Fields for a related row, with suggestions from the admin search as the user types. Without JavaScript, they accept
// an ID or text. A combobox as in the ARIA Authoring Practices: the focus stays in the field.
{
  const DEBOUNCE_MS = 200;
  const SHORTEST = 2;

  const enhance = (picker, number) => {
    const field = picker.querySelector("input");
    const { name } = field;
    const list = document.createElement("div"), id = document.createElement("input"), voice = document.createElement("span");
    let options = [], active = -1, timer, request;
    Object.assign(list, { id: `picker-${number}`, className: "suggestions", hidden: true });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", field.labels?.[0]?.textContent ?? field.getAttribute("aria-label"));
    voice.className = "visually-hidden";
    voice.setAttribute("role", "status");
    id.type = "hidden";
    field.after(list, id, voice);

    // Submit either the ID of the chosen row or what was typed.
    const submitId = (value) => {
      id.value = value;
      id.name = value ? name : "";
      field.name = value ? "" : name;
    };

    const activate = (index) => {
      options[active]?.setAttribute("aria-selected", "false");
      active = index;
      options[active]?.setAttribute("aria-selected", "true");
      options[active]?.scrollIntoView({ block: "nearest" });
      if (options[active]) field.setAttribute("aria-activedescendant", options[active].id);
      else field.removeAttribute("aria-activedescendant");
    };

    const close = () => {
      clearTimeout(timer);
      request?.abort();
      activate(-1);
      options = [];
      list.hidden = true;
      list.replaceChildren();
      voice.textContent = "";
      field.setAttribute("aria-expanded", "false");
    };

    const choose = (option) => {
      field.value = option.querySelector("strong").textContent;
      submitId(option.dataset.id);
      close();
      if (picker.hasAttribute("data-picker-submits")) field.form.requestSubmit();
    };

    const show = (items, isStopped) => {
      options = Array.from(items, (item, index) => {
        const option = document.createElement("div");
        option.id = `${list.id}-${index}`;
        option.dataset.id = item.dataset.row;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.append(...item.querySelector("a").childNodes);
        option.addEventListener("click", () => choose(option));
        return option;
      });
      const empty = document.createElement("p");
      empty.textContent = isStopped ? "No results yet. Type more letters." : `No results for “${field.value.trim()}”`;
      list.replaceChildren(...(options.length ? options : [empty]));
      list.hidden = false;
      // A text is no listbox.
      if (options.length) list.setAttribute("role", "listbox");
      else list.removeAttribute("role");
      field.setAttribute("aria-expanded", String(options.length > 0));
      voice.textContent = options.length ? `${options.length} suggestion${options.length > 1 ? "s" : ""}` : empty.textContent;
    };

    const load = async () => {
      const q = field.value.trim();
      if (q.length < SHORTEST) return close();
      request = new AbortController();
      const url = new URL(picker.dataset.picker, location.href);
      url.searchParams.set("q", q);
      try {
        const response = await fetch(url, { redirect: "manual", signal: request.signal });
        if (response.status !== 200) return close();
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        const rows = page.querySelectorAll(".results [data-row]");
        show(rows, !rows.length && page.querySelector(".results"));
      } catch { /* a newer request, or no network: submit what was typed */ }
    };

    field.addEventListener("input", () => {
      submitId("");
      clearTimeout(timer);
      request?.abort();
      timer = setTimeout(load, DEBOUNCE_MS);
    });
    field.addEventListener("keydown", (event) => {
      if (event.isComposing || list.hidden) return;
      if (event.key === "Escape") close();
      else if (event.key === "Enter" && options[active]) choose(options[active]);
      else if (event.key === "ArrowDown" && options.length) activate((active + 1) % options.length);
      else if (event.key === "ArrowUp" && options.length) activate((active > 0 ? active : options.length) - 1);
      else return;
      event.preventDefault();
    });
    // A click on an option must not move the focus, or the list closes first.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    field.addEventListener("blur", close);

    if (picker.dataset.label) {
      submitId(field.value);
      field.value = picker.dataset.label;
    }
    field.autocomplete = "off";
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", list.id);
    field.setAttribute("aria-expanded", "false");
  };

  document.querySelectorAll("[data-picker]").forEach(enhance);
}
