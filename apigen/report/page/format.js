// Numbers, times and money for people.
const LOCALE = "en";
const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(LOCALE, { notation: "compact", maximumSignificantDigits: 3 });
const rounded = new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: 3 });

const count = (number) => whole.format(number);
const brief = (number) => (Math.abs(number) < 10000 ? rounded.format(number) : short.format(number));
const many = (number, one, more = `${one}s`) => `${count(number)} ${number === 1 ? one : more}`;

function percent(share) {
  if (share === null || share === undefined) return "–";
  const value = share * 100;
  return `${value > 0 && value < 1 ? value.toFixed(1) : value > 99 && value < 100 ? value.toFixed(1) : Math.round(value)}%`;
}

function duration(seconds) {
  if (!seconds) return "0 s";
  if (seconds < 0.0001) return "under 0.1 ms";
  if (seconds < 1) return `${Number((seconds * 1000).toPrecision(2))} ms`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const dollars = (amount) => (amount >= 1 ? `$${amount.toFixed(2)}` : amount ? `$${amount.toPrecision(2)}` : "$0");

// Round steps for an axis from 0 to `most`: 1, 2 or 5 times a power of ten.
function ticks(most, wanted, least = 0) {
  if (!(most > 0)) return [0];
  const raw = most / wanted, power = 10 ** Math.floor(Math.log10(raw));
  const step = Math.max(least, [1, 2, 5, 10].find((factor) => factor * power >= raw) * power);
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, at) => at * step);
}

// The same for seconds: steps that a clock has.
function timeTicks(most, wanted) {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
  const step = steps.find((seconds) => most / seconds <= wanted) || Math.ceil(most / wanted / 86400) * 86400;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, at) => at * step);
}

function clock(seconds) {
  if (seconds === 0) return "0";
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${rounded.format(seconds / 60)} min`;
  return `${rounded.format(seconds / 3600)} h`;
}
