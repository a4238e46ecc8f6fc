// Copying and printing recovery codes and keys. Without JavaScript, they can be downloaded or selected.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) button.hidden = true; // needs HTTPS or localhost
  button.addEventListener("click", async () => {
    const codes = [...document.querySelectorAll(`#${button.dataset.copy} code`)].map((code) => code.textContent);
    let message = "Copied";
    try {
      await navigator.clipboard.writeText(codes.join("\n"));
    } catch {
      message = "Couldn't copy. Select the text and copy it yourself.";
    }
    button.querySelector("span").textContent = message;
    document.getElementById("copied").textContent = message;
  });
}
document.querySelector("[data-print]")?.addEventListener("click", () => print());
