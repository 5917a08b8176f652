// Light, dark, or as the system has it. What was chosen is kept where the browser lets a page keep something.
const THEMES = ["auto", "light", "dark"];

function startTheme() {
  const button = byId("theme");
  let chosen = "auto";
  try { chosen = localStorage.getItem("apigen-theme") || "auto"; } catch { /* a page from a file may keep nothing */ }
  const show = (theme) => {
    chosen = THEMES.includes(theme) ? theme : "auto";
    if (chosen === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    const next = THEMES[(THEMES.indexOf(chosen) + 1) % THEMES.length];
    button.textContent = { auto: "◐ Auto", light: "☀ Light", dark: "☾ Dark" }[chosen];
    button.setAttribute("aria-label", `Colours: ${chosen}. Change to ${next}`);
  };
  button.addEventListener("click", () => {
    show(THEMES[(THEMES.indexOf(chosen) + 1) % THEMES.length]);
    try { localStorage.setItem("apigen-theme", chosen); } catch { /* see above */ }
  });
  show(chosen);
}
