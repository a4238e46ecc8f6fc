// Questions before something is done, and short forms of other pages. Without this file, the questions open below their
// button, as <details>, and the forms on their pages.

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
// Open the form (.dialog-form) of a linked page in a dialog. data-dialog names the script it needs.
const openForm = async (link) => {
  const answer = await fetch(link.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const form = page.querySelector(".dialog-form");
  if (!answer.ok || answer.redirected || !form) return location.assign(link.href);
  if (document.querySelector("dialog[open]")) return; // by a second click
  const dialog = document.createElement("dialog"), title = document.createElement("h2"), cancel = document.createElement("button");
  dialog.className = "dialog";
  dialog.setAttribute("aria-labelledby", title.id = "dialog-title");
  title.textContent = form.dataset.title;
  Object.assign(cancel, { type: "button", className: "btn btn-outline-secondary", textContent: "Cancel" });
  cancel.addEventListener("click", () => dialog.close());
  const actions = form.querySelector(".form-actions");
  actions.prepend(...actions.querySelectorAll(".btn-link"), cancel);
  form.classList.remove("card", "card-body");
  dialog.append(title, form);
  dialog.addEventListener("click", ({ target }) => { if (target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
  document.body.append(dialog);
  if (link.dataset.dialog) await import(link.dataset.dialog);
  dialog.showModal();
  (dialog.querySelector("input[type=text]") ?? dialog.querySelector("input:not([type=hidden])")).focus();
};
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openForm(link).catch(() => location.assign(link.href));
});
document.addEventListener("click", (event) => {
  const summary = event.target.closest(".confirm > summary");
  if (!summary) return;
  event.preventDefault();
  open(summary.parentElement);
});
