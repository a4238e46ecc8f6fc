// Forms: submitted only once, also with Ctrl+Enter, and with passwords that can be shown.

document.addEventListener("click", ({ target }) => {
  const button = target.closest(".password-toggle");
  if (!button) return;
  const input = document.getElementById(button.getAttribute("aria-controls"));
  input.type = input.type === "password" ? "text" : "password";
  button.setAttribute("aria-pressed", input.type === "text");
});

// How long a new password is, while it's typed. The server checks the rest.
document.addEventListener("input", ({ target }) => {
  if (target.autocomplete !== "new-password" || target.minLength < 1) return;
  const length = [...target.value.normalize("NFKC")].length, missing = target.minLength - length;
  let state = target.closest(".field")?.querySelector(".password-state");
  if (!state) {
    state = document.createElement("p");
    state.setAttribute("aria-hidden", "true"); // read out at every key, it would drown the letters
    target.closest(".password").after(state);
  }
  state.className = `password-state${missing > 0 ? "" : " is-good"}`;
  state.textContent = missing > 0 ? `${missing} more character${missing === 1 ? "" : "s"}` : "Long enough";
});

document.addEventListener("keydown", (event) => {
  const form = event.target.form;
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing || form?.method !== "post") return;
  event.preventDefault();
  form.requestSubmit(form.querySelector("button[type=submit]:enabled"));
});

// Disable the button a moment later, or its value wouldn't be submitted, and only for a while, because a download
// doesn't leave the page.
const REENABLE_AFTER_MS = 8000;
const setBusy = (form, busy) => {
  for (const button of form.querySelectorAll("button[type=submit]")) {
    button.disabled = busy;
    if (!busy) button.classList.remove("is-busy");
  }
};
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  for (const input of form.querySelectorAll(".password input")) input.type = "password";
  event.submitter?.classList.add("is-busy");
  setTimeout(setBusy, 0, form, true);
  setTimeout(setBusy, REENABLE_AFTER_MS, form, false);
});
// When the browser returns to this page as it was left.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[method=post]")) setBusy(form, false);
});

(document.querySelector(".error-summary") ?? document.querySelector("main [aria-invalid=true]"))?.focus();
// Continue a form that was interrupted by a login or a proof of identity.
document.querySelector("form[data-submit-now]")?.requestSubmit();
