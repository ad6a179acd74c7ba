// The search page. The engine (Pagefind) is loaded when somebody is about to search, not before;
// without this file the page still leads to the list from A to Z and to the archive.
const form = document.querySelector("#s-form");
const input = form.elements.q;
const filters = [...form.querySelectorAll("select")];
const status = document.querySelector("#s-status");
const list = document.querySelector("#s-found");
const more = document.querySelector("#s-more");
const words = form.dataset;
const PAGE = 10;
let loading, turn = 0, shown = 0, found = [];

function engine() {
  loading ??= start().catch((fault) => {
    loading = undefined;
    throw fault;
  });
  return loading;
}

async function start() {
  const [first, ...others] = words.groups.split(" ").map((name) => new URL(`indeks/${name}/`, words.base).href);
  const pagefind = await import(`${first}pagefind.js`);
  const options = { baseUrl: new URL("..", words.base).pathname, excerptLength: 24 };
  await pagefind.options(options);
  await pagefind.init();
  await Promise.all(others.map((address) => pagefind.mergeIndex(address, { baseUrl: options.baseUrl })));
  const known = await pagefind.filters();
  for (const select of filters) {
    const values = Object.keys(known[select.name] ?? {}).sort();
    if (select.name === "tahun") values.reverse();
    select.append(...values.map((value) => new Option(value, value)));
    select.value = new URLSearchParams(location.search).get(select.name) ?? "";
    select.closest("p").hidden = values.length < 2;
  }
  return pagefind;
}

async function search() {
  const mine = ++turn;
  const query = input.value.trim();
  const chosen = Object.fromEntries(filters.filter((s) => s.value).map((s) => [s.name, s.value]));
  if (!query && !Object.keys(chosen).length) return show([], "");
  status.textContent = words.busy;
  try {
    const pagefind = await engine();
    const answer = await pagefind.search(query || null, { filters: chosen, ...(query ? {} : { sort: { date: "desc" } }) });
    if (mine !== turn) return;
    remember(query, chosen);
    await show(answer.results, words[answer.results.length ? "count" : "none"].replace("{count}", answer.results.length));
  } catch {
    if (mine === turn) status.textContent = words.fault;
  }
}

async function show(results, text) {
  found = results;
  shown = 0;
  list.replaceChildren();
  await grow();
  status.textContent = text;
}

async function grow() {
  const mine = turn;
  const pages = await Promise.all(found.slice(shown, shown + PAGE).map((result) => result.data()));
  if (mine !== turn) return;
  const items = pages.map(item);
  list.append(...items);
  shown += items.length;
  more.hidden = shown >= found.length;
  return items[0];
}

function item(page) {
  const link = Object.assign(document.createElement("a"), { href: page.url, textContent: page.meta.title });
  const title = document.createElement("h2");
  title.append(link);
  const text = document.createElement("p");
  text.append(...marked(page.excerpt));
  const entry = document.createElement("li");
  entry.append(title, text);
  if (page.meta.date) {
    const time = Object.assign(document.createElement("time"), { dateTime: page.meta.date });
    const day = new Date(`${page.meta.date}T00:00:00Z`);
    time.textContent = day.toLocaleDateString(document.documentElement.lang, { dateStyle: "long", timeZone: "UTC" });
    title.after(time);
  }
  return entry;
}

// An excerpt is text with <mark>; it is taken apart, so that nothing else in it can ever be markup.
function marked(excerpt) {
  const parsed = new DOMParser().parseFromString(excerpt, "text/html").body;
  return [...parsed.childNodes].map((node) => {
    if (node.nodeName !== "MARK") return node.textContent;
    return Object.assign(document.createElement("mark"), { textContent: node.textContent });
  });
}

function remember(query, chosen) {
  const asked = new URLSearchParams({ ...(query ? { q: query } : {}), ...chosen });
  history.replaceState(null, "", `?${asked}`);
}

let timer;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(timer);
  search();
});
form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(search, 250);
});
form.addEventListener("focusin", () => engine().catch(() => {}), { once: true });
more.addEventListener("click", async () => (await grow())?.querySelector("a").focus());

document.querySelector("#s-live").hidden = false;
const asked = new URLSearchParams(location.search);
input.value = asked.get("q") ?? "";
if ([...asked.values()].some(Boolean)) engine().then(search, () => (status.textContent = words.fault));
