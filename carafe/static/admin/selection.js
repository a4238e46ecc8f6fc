// Selecting rows of a list: shows their number, selects all on the page, and all that match on other pages. Without
// JavaScript, rows are selected individually.

const selection = document.getElementById("selection");
const header = document.getElementById("selection-all");
const matching = document.getElementById("selection-matching");
const boxes = [...document.querySelectorAll("input[name=id][form=selection]")];
const everything = selection?.elements.all;

const update = () => {
  if (everything.checked) selectPage(true);
  const selected = boxes.filter((box) => box.checked).length;
  header.checked = selected === boxes.length;
  header.indeterminate = selected > 0 && !header.checked;
  if (matching) matching.hidden = everything.checked;
  const count = everything.checked && matching ? `All ${matching.dataset.count}` : selected;
  selection.querySelector(".selection-count").textContent = selected ? `${count} selected` : "";
};

const selectPage = (checked) => {
  for (const box of boxes) box.checked = checked;
};

// With Shift, select all rows between this one and the previous one.
let previous;
const extend = (box, withShift) => {
  const here = boxes.indexOf(box);
  const start = withShift && previous !== undefined ? previous : here;
  for (const other of boxes.slice(Math.min(start, here), Math.max(start, here))) other.checked = box.checked;
  previous = here;
};

document.addEventListener("click", ({ target, shiftKey }) => {
  if (target === header) selectPage(header.checked);
  else if (boxes.includes(target)) extend(target, shiftKey);
  else if (target === matching) everything.checked = true;
  else if (target.id === "selection-clear") selectPage(false);
  else return;
  if (target !== matching) everything.checked = false;
  update();
  // Move the focus away from a button that disappears.
  if (target.type === "button") (target === matching ? selection.querySelector("button") : header).focus({ preventScroll: true });
});
// Browsers restore the selection when the user comes back.
addEventListener("pageshow", () => { if (header) update(); });
