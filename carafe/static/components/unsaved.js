// Asks before leaving a page with unsaved changes. Only for logged-in users, and not for forms with a password, code,
// or passkey, which contain nothing worth keeping, or with data-unguarded.

const EXEMPT = "[data-unguarded], [data-passkey], :has([type=password], [autocomplete=one-time-code])";
const snapshots = new Map();

// Scripts change hidden fields. A file is identified by its name.
const valueOf = (field) => /checkbox|radio/.test(field.type) ? field.checked : field.selectedOptions ? [...field.selectedOptions].map(({ value }) => value) : field.value;
const snapshot = (form) => JSON.stringify([...form.elements].filter(({ name, type }) => name && type !== "hidden").map(valueOf));
const isDirty = (form) => form.isConnected && snapshots.has(form) && snapshots.get(form) !== snapshot(form);
const watch = (root) => {
  for (const form of root.querySelectorAll("form[method=post]")) {
    // A form shown again with errors isn't saved, either.
    const wasRefused = form.querySelector("[aria-invalid=true]");
    if (!snapshots.has(form) && !form.matches(EXEMPT)) snapshots.set(form, wasRefused ? "" : snapshot(form));
  }
};

if (document.querySelector("meta[name=csrf-token]")) {
  // After other scripts and the browser have filled in fields.
  addEventListener("pageshow", () => watch(document));
  document.addEventListener("htmx:load", ({ target }) => watch(target));
  document.addEventListener("submit", ({ target, defaultPrevented }) => {
    if (!defaultPrevented && snapshots.has(target)) snapshots.set(target, snapshot(target));
  });
  addEventListener("beforeunload", (event) => {
    if ([...snapshots.keys()].some(isDirty)) event.preventDefault();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const isLost = [...snapshots.keys()].some((form) => event.detail.target.contains(form) && isDirty(form));
    if (isLost && !confirm("Leave without saving your changes?")) event.detail.shouldSwap = false;
  });
}
