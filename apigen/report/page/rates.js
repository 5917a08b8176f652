// Pass rates as dots with their 95% intervals, in one scale from 0 to 100%.
const MOST_RATES = 12;

function showRates({ rates, funnel }) {
  const body = bodyOf("rates");
  if (!funnel.generated) return body.append(empty("Nothing to count yet."));
  const all = (funnel.verified + funnel.surplus) / funnel.generated;
  body.append(
    el("p.note", `The dot is the share verified, the band its 95% interval (Wilson), the line the whole run's ${percent(all)}. Choose a name to see its samples.`),
    el("div.grid", Object.entries(rates).map(([group, rows]) => rateGroup(group, rows, all))));
}

function rateGroup(group, rows, all) {
  const line = ([name, came, passed, low, high]) => el("li.rate",
    el("a.name", { href: address({ [group]: name }) }, data(name || "unknown")),
    el("span.scale", { "aria-hidden": "true" },
      el("i.all", { css: { left: `${all * 100}%` } }),
      el("i.band", { css: { left: `${low * 100}%`, width: `${(high - low) * 100}%` } }),
      el("i.dot", { css: { left: `${(passed / came) * 100}%` } })),
    el("span.value", el("b", percent(passed / came)), el("small", `of ${count(came)}`)));
  const rest = rows.slice(MOST_RATES);
  return el("div", el("h3", `By ${group}`),
    el("ul.rates", rows.slice(0, MOST_RATES).map(line)),
    rest.length > 0 && el("details", el("summary", `${count(rest.length)} more`), el("ul.rates", rest.map(line))));
}
