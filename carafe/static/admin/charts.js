// Shows the value of a chart's bar beside the pointer. Without JavaScript, the browser shows the same as a tooltip.

const tip = document.createElement("div");
tip.className = "chart-tip";
tip.hidden = true;
document.body.append(tip);

for (const title of document.querySelectorAll(".chart .step title")) {
  title.parentElement.dataset.value = title.textContent;
  title.remove();
}

const show = (step) => {
  const box = step.getBoundingClientRect();
  tip.textContent = step.dataset.value;
  tip.hidden = false;
  const center = Math.min(Math.max(box.left + box.width / 2, tip.offsetWidth / 2 + 8), document.documentElement.clientWidth - tip.offsetWidth / 2 - 8);
  tip.style.left = `${center + scrollX}px`;
  tip.style.top = `${box.top + scrollY}px`;
};
document.addEventListener("pointerover", ({ target }) => {
  if (target.matches?.(".chart .step")) show(target);
  else tip.hidden = true;
});
addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });
