// Lists of the admin.
import "./picker.js";
import "./selection.js";

// A click anywhere on a row opens it, unless it selects text or has a target of its own.
document.addEventListener("click", ({ target, ctrlKey, metaKey }) => {
  const row = target.closest(".table-lines > tbody > tr");
  if (!row || target.closest("a, input, label, button, summary, .col-tick") || String(getSelection())) return;
  const link = row.querySelector("td:not(.col-tick) a");
  if (!link) return;
  if (ctrlKey || metaKey) open(link.href);
  else link.click();
});
