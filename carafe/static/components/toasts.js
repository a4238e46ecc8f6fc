// Flash messages. CSS makes them float. They are read out, and a success disappears by itself after a while without the
// pointer on it, any other when it is dismissed.

const VISIBLE_MS = 6000;
const toasts = document.querySelectorAll(".flash");

const dismiss = (toast) => {
  const hadFocus = toast.contains(document.activeElement);
  toast.remove();
  if (hadFocus) document.getElementById("main").focus();
};
const dismissLater = (toast) => {
  let timer;
  const stop = () => clearTimeout(timer);
  const start = () => {
    stop();
    if (!toast.matches(":hover, :focus-within")) timer = setTimeout(dismiss, VISIBLE_MS, toast);
  };
  for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, stop);
  for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, () => setTimeout(start));
  start();
};

for (const toast of toasts) {
  toast.querySelector(".flash-close").addEventListener("click", () => dismiss(toast));
  if (toast.matches(".alert-success")) dismissLater(toast);
}
// Screen readers don't read out a region that was there when the page loaded.
setTimeout(() => announce(Array.from(toasts, (toast) => toast.querySelector("span").textContent).join(" ")), 200);
