// Menus: only one is open at a time. Escape or a click elsewhere closes it; one that covers the page closes when the focus leaves it.
// A menu stays open below a dialog: what opened the dialog may be in it, and gets the focus back.

const FLOATING = ".account-menu[open], .menu[open]", ANY = `${FLOATING}, .menu-toggle[open], .sub-menu-toggle[open]`;

const closeOthers = (selector, target) => {
  if (target.closest("dialog")) return;
  for (const menu of document.querySelectorAll(selector)) {
    if (!menu.contains(target) && !target.closest(".main-menu, .sub-menu")) menu.open = false;
  }
};
document.addEventListener("click", ({ target }) => closeOthers(ANY, target));
document.addEventListener("focusin", ({ target }) => closeOthers(FLOATING, target));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  for (const menu of document.querySelectorAll(ANY)) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
