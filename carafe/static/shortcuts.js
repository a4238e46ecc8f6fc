// The list of keyboard shortcuts, opened by components/keys.js.

const isMac = /Mac|iP(hone|ad)/.test(navigator.platform);
const command = isMac ? "⌘" : "Ctrl";
const SHORTCUTS = [
  ["Search or run a command", [command, "K"], ["/"]],
  ["Keyboard shortcuts", ["?"]],
  ["Save the form", [command, "Enter"]],
  ["Select a range of rows", ["Shift", "click"]],
  ["Close", ["Esc"]],
];

const stored = () => { try { return localStorage.getItem("slash"); } catch { return null; } };

const create = (tag, text, attributes = {}) => {
  const element = document.createElement(tag);
  element.textContent = text;
  Object.assign(element, attributes);
  return element;
};

const row = ([label, ...combinations]) => {
  const line = document.createElement("div"), keys = document.createElement("dd");
  combinations.forEach((combination, index) => {
    if (index) keys.append(" or ");
    keys.append(...combination.flatMap((key) => [create("kbd", key), " "]));
  });
  line.append(create("dt", label), keys);
  return line;
};

export const open = () => {
  const dialog = create("dialog", "", { className: "dialog shortcuts" });
  dialog.setAttribute("aria-labelledby", "shortcuts-title");
  const list = create("dl", "");
  list.append(...SHORTCUTS.map(row));
  const choice = create("label", "", { className: "form-check" });
  const box = create("input", "", { type: "checkbox", className: "form-check-input", checked: stored() !== "no" });
  box.addEventListener("change", () => {
    try { localStorage.setItem("slash", box.checked ? "yes" : "no"); } catch { /* storage may be blocked */ }
  });
  choice.append(box, create("span", "Single-key shortcuts (/ and ?)"));
  const actions = create("div", "", { className: "form-actions" });
  const close = create("button", "Close", { type: "button", className: "btn btn-outline-secondary" });
  close.dataset.close = "";
  actions.append(close);
  dialog.append(create("h2", "Keyboard shortcuts", { id: "shortcuts-title" }), list, choice, actions);
  document.body.append(dialog);
  dialog.addEventListener("click", ({ target }) => { if (target === dialog || target === close) dialog.close(); });
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
};
