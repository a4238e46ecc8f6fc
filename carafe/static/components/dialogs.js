// Questions before something is done. Without this file they open below their button, as <details>.

const open = (details) => {
  const panel = details.querySelector(".dropdown-panel"), summary = details.querySelector("summary");
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("role", "alertdialog");
  dialog.setAttribute("aria-label", panel.querySelector("h2").textContent);
  const text = panel.querySelector("p");
  if (text) {
    text.id ||= "dialog-text";
    dialog.setAttribute("aria-describedby", text.id);
  }
  dialog.append(...panel.childNodes);
  document.body.append(dialog);
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog || target.closest("[data-close]")) dialog.close();
  });
  dialog.addEventListener("close", () => {
    panel.append(...dialog.childNodes);
    dialog.remove();
    summary.focus();
  });
  dialog.showModal();
  dialog.querySelector("[data-close]").focus();
};
document.addEventListener("click", (event) => {
  const summary = event.target.closest(".confirm > summary");
  if (!summary) return;
  event.preventDefault();
  open(summary.parentElement);
});
