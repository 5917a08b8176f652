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

// Five shades in steps that grow: the second is for a single use, the last for the most.
const shade = (uses, most) => (uses ? Math.max(1, Math.ceil((4 * Math.log(1 + uses)) / Math.log(1 + Math.max(most, 1)))) : 0);

function legend(most) {
  const firsts = [0, 1, 2, 3, 4].map((level) => Array.from({ length: Math.min(most, 4096) + 1 }, (_, uses) => uses).find((uses) => shade(uses, most) >= level));
  const steps = firsts.map((first, level) => [level, first]).filter(([level, first]) => first !== undefined && shade(first, most) === level);
  return el("p.legend", "Calls in verified samples:",
    steps.map(([level, first]) => el("span", el(`i.tile.h${level}`), level === 0 ? "none" : level === steps.at(-1)[0] ? (first === most ? count(most) : `${count(first)} to ${count(most)}`) : `from ${count(first)}`)));
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
  const ranked = [...apis].sort((one, other) => other.calls - one.calls);
  return el("ul.apis", ranked.map((api) => el("li",
    el("a.name", { href: address({ api: api.name }), title: api.description }, data(api.name)),
    el(`span.cell.h${shade(api.calls, most)}`, many(api.calls, "call")),
    el("span.cells", api.parameters.map(([name, type, required, uses]) =>
      el(`span.cell.h${shade(uses, most)}`, { title: `${type}${required ? "" : ", optional"}` }, data(`${name}${required ? "" : "?"}`), ` ${count(uses)}`))))));
}
