// Rows of a list: how many are selected, all on the page at once, and all that match on other pages. Without it, they are selected one by one.

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

// With Shift, all between this one and the one before.
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
  // A button that is no longer there must not take the focus along.
  if (target.type === "button") (target === matching ? selection.querySelector("button") : header).focus({ preventScroll: true });
});
// Browsers remember what was selected when one comes back.
addEventListener("pageshow", () => { if (header) update(); });
