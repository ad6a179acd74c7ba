module.exports = { layout: "article.njk", permalink: (data) => `berita/${data.slug}/index.html` };
