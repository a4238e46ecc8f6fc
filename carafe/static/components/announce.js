// Announces text to screen readers, in a live region that exists from the start, because a new region isn't read out.

const region = document.createElement("div");
region.className = "visually-hidden";
region.setAttribute("aria-live", "polite");
document.body.append(region);
window.announce = (text) => { region.textContent = text; };
