// Rows of a list: how many are ticked, and all of the page at once. Without it, they are ticked one by one.

const selection = document.getElementById("selection");
const all = document.getElementById("selection-all");
const boxes = [...document.querySelectorAll("input[name=id][form=selection]")];

const count = () => {
  const ticked = boxes.filter((box) => box.checked).length;
  all.checked = ticked === boxes.length;
  all.indeterminate = ticked > 0 && !all.checked;
  selection.querySelector(".selection-count").textContent = ticked ? `${ticked} selected` : "";
};

// With Shift, all between this one and the one before.
let before;
const extend = (box, withShift) => {
  const here = boxes.indexOf(box);
  const start = withShift && before !== undefined ? before : here;
  for (const other of boxes.slice(Math.min(start, here), Math.max(start, here))) other.checked = box.checked;
  before = here;
};

document.addEventListener("click", ({ target, shiftKey }) => {
  if (target !== all && !boxes.includes(target)) return;
  if (target === all) for (const box of boxes) box.checked = all.checked;
  else extend(target, shiftKey);
  count();
});
// Browsers remember what was ticked when one comes back.
addEventListener("pageshow", () => { if (all) count(); });
