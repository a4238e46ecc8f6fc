// Speaks to screen readers: a live region that is there from the start, since what appears with its region isn't read out.

const region = document.createElement("div");
region.className = "visually-hidden";
region.setAttribute("aria-live", "polite");
document.body.append(region);
window.announce = (text) => { region.textContent = text; };
