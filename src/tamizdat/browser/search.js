// The search page: the only page of the site edition that runs a script. It asks its own host only, and stores nothing.
(() => {
  "use strict";
  const form = document.getElementById("search-form");
  const field = document.getElementById("search-field");
  const status = document.getElementById("search-status");
  const list = document.getElementById("search-results");
  const words = JSON.parse(form.dataset.words);
  const LIMIT = 30;
  let engine = null;

  const load = async () => {
    if (location.protocol === "file:") throw new Error("search needs a web address");
    const found = await import(new URL(form.dataset.pagefind, location.href).href);
    await found.options({ excerptLength: 30 });
    await found.init();
    return found;
  };

  const count = (number) => {
    let form = "other";
    try {
      form = new Intl.PluralRules(document.documentElement.lang).select(number);
    } catch { /* an unknown language counts in one form */ }
    return (words.found[form] || words.found.other).replace("{count}", number);
  };

  // Pagefind's excerpt is HTML with <mark> in it. Only those marks are kept, as elements made here.
  const excerpt = (html) => {
    const line = document.createElement("p");
    const parsed = new DOMParser().parseFromString(html, "text/html").body;
    for (const node of parsed.childNodes) {
      const shown = node.nodeName === "MARK" ? document.createElement("mark") : document.createElement("span");
      shown.textContent = node.textContent;
      line.append(shown);
    }
    return line;
  };

  const show = async (query) => {
    list.replaceChildren();
    if (!query) {
      status.textContent = words.hint;
      return;
    }
    try {
      engine ??= load();
      const found = await (await engine).search(query);
      const pages = await Promise.all(found.results.slice(0, LIMIT).map((result) => result.data()));
      status.textContent = found.results.length ? count(found.results.length) : words.none;
      for (const page of pages) {
        const item = document.createElement("li");
        const link = document.createElement("a");
        link.href = page.raw_url ? new URL(form.dataset.root + page.raw_url.replace(/^\//, ""), location.href).href : page.url;
        link.textContent = page.meta.title;
        item.append(link, excerpt(page.excerpt));
        list.append(item);
      }
    } catch {
      engine = null;
      status.textContent = words.off;
    }
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    show(field.value.trim());
  });
  field.value = new URLSearchParams(location.search).get("q") || "";
  show(field.value.trim());
})();
