// What the charts share: they are drawn for the width there is, and drawn anew when it changes.
function fitted(draw) {
  const box = el("div.chart");
  let width = 0;
  new ResizeObserver(([entry]) => {
    const now = Math.floor(entry.contentRect.width);
    if (now && now !== width) box.replaceChildren(draw(width = now));
  }).observe(box);
  return box;
}

const label = (x, y, text, anchor = "start", kind = "tick") =>
  svg("text", { x, y, class: kind, "text-anchor": anchor }, text);

// A filled bar of `share`, for a row of a list.
const meter = (share, kind) => el(`span.meter.${kind}`, { css: { width: `${Math.max(share * 100, share > 0 ? 0.4 : 0)}%` } });
