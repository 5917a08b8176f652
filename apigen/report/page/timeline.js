// What came in each sixtieth of the run, and what it had cost by then.
const ROOM = { top: 22, right: 12, bottom: 26, left: 46 };

function showTimeline({ timeline, funnel, run }) {
  const body = bodyOf("timeline");
  if (!funnel.generated) return body.append(empty("Nothing has happened yet."));
  const timed = timeline.by === "seconds", paid = timeline.bins.some((bin) => bin[3] > 0);
  const minutes = timeline.end / timeline.bins.length / 60;
  const scale = timed ? 1 / minutes : 1;
  body.append(
    el("p.note", timed ? "Working time of the run; breaks between its sessions are left out." : "By draw: this run began before apigen kept times.",
      run.state === "open" && " The run was not finished when this page was written."),
    el("div.grid.wide",
      el("figure", el("figcaption", timed ? "Candidates a minute" : `Candidates of each ${count(timeline.end / timeline.bins.length)} draws`,
        el("span.key", el("i.pass"), "verified", el("i.fail"), "rejected")),
        fitted((width) => bars(timeline, width, scale))),
      el("figure", el("figcaption", paid ? "Dollars spent" : "Tokens read and written"),
        fitted((width) => line(timeline, width, paid ? 3 : 2, paid ? dollars : brief)))));
}

function axes(timeline, width, height, most, show) {
  const timed = timeline.by === "seconds", along = timed ? timeTicks(timeline.end, width / 90) : ticks(timeline.end, width / 90, 1);
  const up = ticks(most, 3, show === count ? 1 : 0);
  if (up.at(-1) < most) up.push(up.at(-1) + (up[1] || most));
  const inner = width - ROOM.left - ROOM.right, tall = height - ROOM.top - ROOM.bottom;
  const x = (at) => ROOM.left + (at / timeline.end) * inner, y = (value) => ROOM.top + tall - (value / up.at(-1)) * tall;
  const root = svg("svg", { width, height, role: "img" },
    up.map((value) => [svg("line", { class: "rule", x1: ROOM.left, x2: width - ROOM.right, y1: y(value), y2: y(value) }), label(ROOM.left - 6, y(value) + 4, show(value), "end")]).flat(),
    along.map((at) => label(x(at), height - 8, timed ? clock(at) : at ? `draw ${count(at)}` : "0", at && x(at) > width - 40 ? "end" : "middle")));
  return { root, x, y };
}

function bars(timeline, width, scale) {
  const height = 200, most = Math.max(...timeline.bins.map((bin) => bin[0])) * scale;
  const { root, x, y } = axes(timeline, width, height, most, timeline.by === "seconds" ? brief : count);
  const step = timeline.end / timeline.bins.length, wide = Math.max(1, x(step) - x(0) - 1);
  timeline.bins.forEach(([came, passed], at) => {
    if (!came) return;
    const left = x(at * step), rejected = came - passed;
    root.append(svg("g", {}, svg("title", {}, `${many(passed, "verified", "verified")}, ${count(rejected)} rejected`),
      svg("rect", { class: "pass", x: left, width: wide, y: y(passed * scale), height: y(0) - y(passed * scale) }),
      svg("rect", { class: "fail", x: left, width: wide, y: y(came * scale), height: y(passed * scale) - y(came * scale) })));
  });
  const total = timeline.bins.reduce((sum, bin) => sum + bin[0], 0);
  root.setAttribute("aria-label", `${many(total, "candidate")}; at most ${brief(most)} in one step`);
  return root;
}

function line(timeline, width, column, show) {
  let sum = 0;
  const step = timeline.end / timeline.bins.length, sums = timeline.bins.map((bin) => (sum += bin[column]));
  const height = 200, { root, x, y } = axes(timeline, width, height, sum || 1, show);
  const points = [[x(0), y(0)], ...sums.map((value, at) => [x((at + 1) * step), y(value)])];
  const path = points.map(([left, top], at) => `${at ? "L" : "M"}${left.toFixed(1)} ${top.toFixed(1)}`).join("");
  const [left, top] = points.at(-1);
  root.append(svg("path", { class: "area", d: `${path}L${left} ${y(0)}L${x(0)} ${y(0)}Z` }), svg("path", { class: "line", d: path }),
    svg("circle", { class: "end", cx: left, cy: top, r: 3.5 }), label(left, top - 8, show(sum), "end", "value"));
  root.setAttribute("aria-label", `Rises to ${show(sum)}`);
  return root;
}
