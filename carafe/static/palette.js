// The command palette, opened by components/keys.js: finds pages, actions, and rows by a few letters. A combobox as in
// the ARIA Authoring Practices: the focus stays in the field, and aria-activedescendant names the selected option.

const DEBOUNCE_MS = 200;
const SHORTEST_SEARCH = 2;
const MAX_ROWS = 5;

let dialog, field, list, empty, status, source;
let chosen, timer, request, shown = 0;

const options = () => [...list.querySelectorAll("[role=option]")];

const choose = (option) => {
  chosen?.setAttribute("aria-selected", "false");
  chosen = option;
  chosen?.setAttribute("aria-selected", "true");
  chosen?.scrollIntoView({ block: "nearest" });
  if (chosen) field.setAttribute("aria-activedescendant", chosen.id);
  else field.removeAttribute("aria-activedescendant");
};

const move = (step) => {
  const all = options();
  if (all.length) choose(all.at((all.indexOf(chosen) + step) % all.length));
};

// Return a link or button of the source as an option.
const asOption = (element) => {
  const option = document.createElement(element.href ? "a" : "div");
  if (element.href) option.href = element.href;
  else option.addEventListener("click", () => run(element));
  option.append(...element.cloneNode(true).childNodes);
  option.tabIndex = -1;
  option.id = `palette-${shown++}`;
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", "false");
  return option;
};

const addGroup = (label, elements) => {
  if (!elements.length) return;
  const group = document.createElement("div"), heading = document.createElement("span");
  heading.textContent = label;
  heading.setAttribute("aria-hidden", "true");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", label);
  group.append(heading, ...elements.map(asOption));
  list.append(group);
};

const run = (element) => {
  dialog.close();
  if (element.dataset.theme) chooseTheme(element.dataset.theme);
  else element.click();
};

// Each word of the query must start a word of the label.
const matches = (label, q) => {
  const words = label.toLowerCase().split(/\s+/);
  return q.toLowerCase().split(/\s+/).every((part) => words.some((word) => word.startsWith(part)));
};

const showCommands = (q) => {
  const add = (label, elements) => addGroup(label, [...elements].filter((element) => !q || matches(element.textContent, q)));
  choose(undefined);
  list.replaceChildren();
  // Of a list, what can be done with the selected rows: its bar is a long way for the Tab key.
  const bar = document.getElementById("selection"), selected = bar?.querySelector(".selection-count").textContent;
  if (selected) add(selected, bar.querySelectorAll(".selection-actions button"));
  for (const section of source.querySelectorAll("section")) add(section.querySelector("h2").textContent, section.querySelectorAll("a, button"));
};

// Return the rows that a search page shows for the query.
const showRows = (page, label, q) => {
  const sections = page.querySelectorAll(".results");
  for (const section of sections) {
    if (!section.querySelector("#found-pages")) addGroup(section.querySelector("h2").textContent, [...section.querySelectorAll("a")]);
  }
  if (!sections.length) addGroup(label, [...page.querySelectorAll("main .row-link")].slice(0, MAX_ROWS));
};

const sayHowMany = (q) => {
  const count = options().length;
  empty.hidden = count > 0;
  empty.querySelector("strong").textContent = `No results for “${q}”`;
  status.textContent = count ? `${count} result${count === 1 ? "" : "s"}` : `No results for “${q}”`;
  if (!chosen) choose(options()[0]);
};

const pageOf = (search, q) => `${search.getAttribute("href")}?${new URLSearchParams({ q })}`;

const searchRows = async (q) => {
  const { signal } = request = new AbortController();
  const ask = async (search) => {
    const answer = await fetch(pageOf(search, q), { redirect: "manual", signal });
    return answer.status === 200 ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  };
  const searches = [...source.querySelectorAll("[data-search]")];
  dialog.classList.add("is-searching");
  const answers = await Promise.allSettled(searches.map(ask));
  if (signal.aborted) return;
  dialog.classList.remove("is-searching");
  answers.forEach(({ value }, index) => { if (value) showRows(value, searches[index].textContent, q); });
  sayHowMany(q);
};

const update = () => {
  const q = field.value.trim();
  clearTimeout(timer);
  request?.abort();
  empty.hidden = true;
  dialog.classList.remove("is-searching");
  showCommands(q);
  choose(options()[0]);
  if (q.length >= SHORTEST_SEARCH && source.querySelector("[data-search]")) timer = setTimeout(searchRows, DEBOUNCE_MS, q);
  else if (q) sayHowMany(q);
};

const press = (event) => {
  if (event.isComposing) return;
  if (event.key === "ArrowDown") move(1);
  else if (event.key === "ArrowUp") move(-1);
  else if (event.key === "Enter") {
    const search = source.querySelector("[data-search]"), q = field.value.trim();
    if (chosen) chosen.click();
    else if (search && q) location.assign(pageOf(search, q));
  } else return;
  event.preventDefault();
};

const build = (opener) => {
  dialog = document.createElement("dialog");
  dialog.className = "palette";
  dialog.setAttribute("aria-label", "Search and commands");
  dialog.innerHTML = `
    <div class="search-box">
      <input type="text" role="combobox" aria-label="Search and commands" aria-autocomplete="list" aria-controls="palette-list" aria-expanded="true" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="200" enterkeyhint="go">
      <button type="button" class="palette-close" aria-label="Close"><kbd>Esc</kbd></button>
    </div>
    <div id="palette-list" role="listbox" aria-label="Results"></div>
    <p class="palette-empty" hidden><strong></strong><br>Try another word, or check the spelling.</p>
    <div class="visually-hidden" role="status"></div>
    <div hidden></div>`;
  field = dialog.querySelector("input");
  field.placeholder = "Search or run a command…";
  field.before(opener.querySelector("svg").cloneNode(true));
  list = dialog.querySelector("[role=listbox]");
  empty = dialog.querySelector(".palette-empty");
  status = dialog.querySelector("[role=status]");
  source = dialog.lastElementChild;
  field.addEventListener("input", update);
  field.addEventListener("keydown", press);
  list.addEventListener("pointermove", ({ target }) => {
    const option = target.closest("[role=option]");
    if (option && option !== chosen) choose(option);
  });
  // Keep the focus in the field when an option is clicked.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog || target.closest(".palette-close")) dialog.close();
  });
  dialog.addEventListener("close", () => { clearTimeout(timer); request?.abort(); });
  document.body.append(dialog);
};

export const open = async (opener, typed) => {
  if (!dialog) build(opener);
  field.value = typed;
  dialog.showModal();
  field.focus();
  if (!source.hasChildNodes()) {
    try {
      const answer = await fetch(opener.dataset.url, { redirect: "manual" });
      if (answer.status === 200) source.innerHTML = await answer.text();
    } catch { /* no network: the palette stays empty until it's opened again */ }
  }
  update();
};
