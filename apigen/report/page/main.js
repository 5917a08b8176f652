// Which view is shown, and the keys. The samples lie behind this script: they are there once the page is.
function route(browser) {
  const [name, query] = location.hash.slice(1).split("?");
  const samples = name === "samples", turned = byId("samples").hidden === samples;
  byId("overview").hidden = samples;
  byId("samples").hidden = !samples;
  byId(samples ? "to-samples" : "to-overview").setAttribute("aria-current", "page");
  byId(samples ? "to-overview" : "to-samples").removeAttribute("aria-current");
  if (turned && samples) scrollTo(0, 0);
  if (samples) browser.open(new URLSearchParams(query || ""));
  else if (name && byId(name)) byId(name).scrollIntoView();
}

function onKey(event, browser) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.matches("input, select, textarea"), here = !byId("samples").hidden;
  if (event.key === "Escape" && here) {
    if (typing) {
      event.preventDefault(); // or a browser empties the field
      browser.settle();
      byId("list").focus();
    }
    else if (byId("samples").classList.contains("reading")) location.hash = address(browser.wanted);
    return;
  }
  if (typing) return;
  if (event.key === "/") {
    event.preventDefault();
    if (!here) {
      history.pushState(null, "", "#samples"); // at once: what is hidden takes no focus
      route(browser);
    }
    byId("by-q").focus();
    return byId("by-q").select();
  }
  if (!here) return;
  const inList = event.target === byId("list");
  const by = { j: 1, k: -1, ...(inList ? { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1e9, End: 1e9 } : {}) }[event.key];
  if (by) {
    event.preventDefault();
    browser.list.step(by);
  } else if (event.key === "Enter" && inList && browser.list.row !== undefined) {
    browser.list.choose(browser.list.at, true);
    byId("sample").focus();
  }
}

async function start() {
  startTheme();
  const figures = await unpacked("figures");
  for (const show of [showHeadline, showFunnel, showRejections, showRates, showCoverage, showTimeline, showCosts, showVariety, showConfig]) show(figures);
  byId("overview").hidden = location.hash.startsWith("#samples");
  if (document.readyState === "loading") await new Promise((done) => document.addEventListener("DOMContentLoaded", done));
  const browser = new Browser(figures);
  addEventListener("hashchange", () => route(browser));
  addEventListener("keydown", (event) => onKey(event, browser));
  route(browser);
  document.documentElement.dataset.ready = "";
}

start().catch((error) => {
  byId("main").prepend(empty(`This page cannot be shown: ${error.message}. It needs a browser of 2023 or later.`));
  throw error;
});
