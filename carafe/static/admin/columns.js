// Buttons that move a list's column up or down. Without JavaScript, users type numbers.

document.addEventListener("click", ({ target }) => {
  const button = target.closest(".arrange button");
  if (!button) return;
  const list = button.closest(".arrange");
  const isUp = button.matches(".arrange-up");
  const item = button.closest("li");
  if (isUp) item.previousElementSibling?.before(item);
  else item.nextElementSibling?.after(item);
  // Set each number to the column's position, or the server would move it again.
  [...list.children].forEach(({ children }, index) => { [...children].find(({ name }) => name === "position").value = index + 1; });
  const place = [...list.children].indexOf(item) + 1;
  document.getElementById("arranged").textContent = `${item.querySelector("label").textContent.trim()}: position ${place} of ${list.children.length}`;
  // Keep the focus on the column, even if it can't move further in this direction.
  (getComputedStyle(button).visibility === "hidden" ? item.querySelector(isUp ? ".arrange-down" : ".arrange-up") : button).focus();
});
