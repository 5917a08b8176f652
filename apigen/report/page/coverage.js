// Which APIs and parameters the verified samples use: a strip of APIs a category, and their parameters when it is opened.
function showCoverage({ apis, stats }) {
  const body = bodyOf("coverage");
  if (!apis.length) return body.append(empty("The run has no library yet."));
  const most = Math.max(0, ...apis.map((api) => api.calls));
  const groups = Map.groupBy ? Map.groupBy(apis, (api) => api.category) : grouped(apis);
  const ranked = [...groups].sort(([, one], [, other]) => callsOf(other) - callsOf(one));
  body.append(
    el("ul.shares",
      share("APIs called", stats.coverage.apis),
      share("optional parameters given", stats.coverage.optional),
      share("enum members chosen", stats.coverage.enum_members)),
    legend(most),
    el("div.heat", ranked.map(([category, members], at) => heatGroup(category, members, most, at === 0 && most > 0))));
}

function grouped(apis) {
  const groups = new Map();
  for (const api of apis) groups.set(api.category, [...(groups.get(api.category) || []), api]);
  return groups;
}

const callsOf = (apis) => apis.reduce((sum, api) => sum + api.calls, 0);

// Five shades, the first for none; by the square root of the uses, so that few can be told from none and from many.
const SHADES = [1, 2, 3, 4];
const MOST_APIS = 12;
const shade = (uses, most) => (uses ? Math.min(4, Math.ceil(4 * Math.sqrt(uses / most))) : 0);

function legend(most) {
  const steps = SHADES.map((level) => [level, Math.floor(most * ((level - 1) / 4) ** 2) + 1]).filter(([level, first]) => shade(first, most) === level && first <= most);
  const upTo = (at) => (at + 1 < steps.length ? steps[at + 1][1] - 1 : most);
  return el("p.legend", "Calls in verified samples:", el("span", el("i.tile.h0"), "none"),
    steps.map(([level, first], at) => el("span", el(`i.tile.h${level}`), first === upTo(at) ? count(first) : `${count(first)}–${count(upTo(at))}`)));
}

const share = (name, { used, of, share: part }) => el("li",
  el("span.name", name),
  el("span.track", { "aria-hidden": "true" }, meter(part || 0, "pass")),
  el("span.value", el("b", of ? percent(part) : "–"), el("small", of ? `${count(used)} of ${count(of)}` : "there are none")));

function heatGroup(category, apis, most, open) {
  const called = apis.filter((api) => api.calls).length;
  const node = el("details", { open },
    el("summary",
      el("span.name", data(category)),
      el("span.strip", { "aria-hidden": "true" }, apis.map((api) => el(`i.tile.h${shade(api.calls, most)}`, { title: `${api.name}: ${many(api.calls, "call")}` }))),
      el("span.value", el("b", `${count(called)} of ${count(apis.length)}`), el("small", many(callsOf(apis), "call")))));
  const fill = () => node.children.length < 2 && node.append(apiTable(apis, most));
  node.addEventListener("toggle", () => node.open && fill());
  if (open) fill();
  return node;
}

function apiTable(apis, most) {
  const ranked = [...apis].sort((one, other) => other.calls - one.calls), rest = ranked.slice(MOST_APIS);
  return el("div", el("ul.apis", ranked.slice(0, MOST_APIS).map((api) => apiRow(api, most))),
    rest.length > 0 && el("details.more", el("summary", `${count(rest.length)} more`), el("ul.apis", rest.map((api) => apiRow(api, most)))));
}

const apiRow = (api, most) =>
  el("li",
    el("a.name", { href: address({ api: api.name }), title: api.description }, data(api.name)),
    el(`span.cell.h${shade(api.calls, most)}`, many(api.calls, "call")),
    el("span.cells", api.parameters.map(([name, type, required, uses]) =>
      el(`span.cell.h${shade(uses, most)}`, { title: `${type}${required ? "" : ", optional"}` }, data(`${name}${required ? "" : "?"}`), ` ${count(uses)}`))));
