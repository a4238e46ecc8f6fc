// Menus: one open at a time, closed by Escape and by a click elsewhere.

const openMenus = () => document.querySelectorAll(".site-header details[open], .menu[open]");
document.addEventListener("click", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target) && !event.target.closest(".main-menu")) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.querySelector(".sub-menu [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
