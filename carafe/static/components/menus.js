// Menus: only one is open at a time; Escape or a click elsewhere closes it.

const openMenus = () => document.querySelectorAll(".site-header details[open], .sub-menu-toggle[open], .menu[open]");
document.addEventListener("click", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target) && !event.target.closest(".main-menu, .sub-menu")) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
