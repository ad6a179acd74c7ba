// The benchmark's site in Eleventy: the pages of ours, in a plainer theme. benchmarks/build.py gives input/berita and
// input/_data/periods.json, the periods into which our build divides its lists.
const fs = require("fs");
const SITE = { title: "Kabar", url: "https://kabar.example.go.id" };
const LISTS = { category: "kategori", topics: "tag", authors: "penulis", services: "layanan" };
const MONTHS = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split(" ");
const slug = (name) => name.normalize("NFKD").toLowerCase().replace(/[^a-z0-9 -]/g, "").trim().replace(/[ -]+/g, "-");
const there = (date) => new Date(+date + 7 * 36e5).toISOString();
const each = (value) => [].concat(value || []);

module.exports = (config) => {
  config.setQuietMode(true);
  config.addGlobalData("site", SITE);
  config.addFilter("path", slug);
  config.addFilter("first", (list, count) => list.slice(0, count));
  config.addFilter("iso", (date) => there(date).slice(0, 19) + "+07:00");
  config.addFilter("day", (date) => `${+there(date).slice(8, 10)} ${MONTHS[+there(date).slice(5, 7) - 1]} ${there(date).slice(0, 4)}`);
  config.addFilter("rfc822", (date) => new Date(date).toUTCString());
  const news = (api) => api.getFilteredByGlob("**/berita/**/*.md").sort((a, b) => b.date - a.date);
  const periods = () => JSON.parse(fs.readFileSync("input/_data/periods.json"));
  const grouped = (api, key) => {
    const found = new Map();
    for (const item of news(api))
      for (const name of each(item.data[key])) found.set(name, [...(found.get(name) || []), item]);
    return found;
  };
  config.addCollection("news", news);
  for (const [key, place] of Object.entries(LISTS))
    config.addCollection(key + "Lists", (api) => {
      const own = periods().filter((p) => p.top);
      return [...grouped(api, key)].sort().map(([name, items]) => {
        const home = `${place}/${slug(name)}/`;
        const years = own.filter((p) => p.home === home).map((p) => p.path);
        return { name, home, items, years, shown: years.length ? items.slice(0, 20) : items };
      });
    });
  config.addCollection("periods", (api) => {
    const lists = Object.fromEntries(Object.keys(LISTS).map((key) => [key, grouped(api, key)]));
    const all = news(api);
    const divided = new Map();
    const named = { category: "category", tags: "topics", authors: "authors", services: "services" };
    return periods().map((p) => {
      if (p.parts.length) return { ...p, items: [] };
      if (!divided.has(p.home)) {
        const found = {};
        for (const item of p.taxonomy ? lists[named[p.taxonomy]].get(p.term) || [] : all)
          for (const when of [there(item.date).slice(0, 4), there(item.date).slice(0, 7).replace("-", "/")])
            (found[when] ||= []).push(item);
        divided.set(p.home, found);
      }
      const items = divided.get(p.home)[p.period] || [];
      const end = items.length - 100 * (p.part - 1);
      return { ...p, items: p.part ? items.slice(Math.max(0, end - 100), end) : items };
    });
  });
  return { dir: { input: "input", output: "output" }, markdownTemplateEngine: false, htmlTemplateEngine: "njk" };
};
