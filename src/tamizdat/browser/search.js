// The search page. It asks its own host only, and stores nothing.
"use strict";

// What the files of the index are and how they are read: the twin of editions/search.py. Runs without a page, too.
globalThis.tamizdat = (() => {
  const FIRST = ["efghjmnopqzавкпрхэіғқңә", "cikstuvyбимнсуцшыө", "abdlrwгдежзлотфчюяүұ"];
  const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const LONGEST = 24;
  const RUNS = /[\p{L}\p{N}\p{M}]+/gu;
  const pieces = new Map();

  const fold = (text) => {
    const lower = text.normalize("NFC").toLowerCase().normalize("NFC").replaceAll("ё", "е");
    return (lower.match(RUNS) || []).map((word) => [...word].slice(0, LONGEST).join(""));
  };

  const part = (word) => {
    const letter = [...word][0];
    const listed = FIRST.findIndex((letters) => letters.includes(letter));
    return listed < 0 ? letter.codePointAt(0) % FIRST.length : listed;
  };

  const unpack = (text) => {
    const numbers = [];
    let at = -1;
    for (const digit of text) {
      if (digit === "~") {
        at += DIGITS.length;
      } else {
        at += DIGITS.indexOf(digit) + 1;
        numbers.push(at);
      }
    }
    return numbers;
  };

  // The numbers of a part's pages that have a word which begins like this.
  const having = (piece, beginning) => {
    const where = piece.where.split(" ");
    const numbers = new Set();
    piece.words.split(" ").forEach((word, at) => {
      if (word.startsWith(beginning)) unpack(where[at]).forEach((number) => numbers.add(number));
    });
    return numbers;
  };

  const covers = (text, beginnings) => {
    const words = fold(text);
    return beginnings.every((beginning) => words.some((word) => word.startsWith(beginning)));
  };

  // The numbers of a volume's pages that have all words, as they stand in time.
  const among = (parts, beginnings) => {
    const [first, ...others] = beginnings.map((beginning, at) => having(parts[at], beginning));
    return [...first].filter((number) => others.every((set) => set.has(number))).sort((one, other) => one - other);
  };

  // The pages with these numbers; rank 0: all words are in the title, 1: with the summary, 2: in the text.
  const describe = (pages, numbers, beginnings) => numbers.map((number) => {
    const [file, text, title, summary, date, topics] = pages[number];
    const rank = covers(title, beginnings) ? 0 : covers(`${title} ${summary}`, beginnings) ? 1 : 2;
    return { file, text, title, summary, date, topics, rank };
  });

  return { RUNS, among, describe, fold, part, pieces, piece: (name, data) => pieces.set(name, data) };
})();

if (globalThis.document) (() => {
  const { RUNS, among, describe, fold, part, pieces } = globalThis.tamizdat;
  const RESULTS = 10; // shown at a time
  const PACE = 600; // pages read at a time, counted in each part: a press costs a bounded number of bytes, however long the archive is
  const EXCERPT = 320; // characters
  const form = document.getElementById("search-form");
  const field = document.getElementById("search-field");
  const status = document.getElementById("search-status");
  const list = document.getElementById("search-results");
  const button = document.createElement("button");
  const words = JSON.parse(form.dataset.words);
  const index = new URL(form.dataset.index, location.href);
  const root = new URL(form.dataset.root, location.href);
  const loads = new Map();
  let search = null;

  const ask = (name) => new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL(`${name}.js`, index).href;
    script.onerror = () => reject(new Error(name));
    script.onload = () => (pieces.has(name) ? resolve(pieces.get(name)) : script.onerror());
    document.head.append(script);
    script.remove();
  });

  const load = (name) => {
    if (!loads.has(name)) {
      loads.set(name, ask(name));
      loads.get(name).catch(() => loads.delete(name)); // a later try asks again
    }
    return loads.get(name);
  };

  const count = (number) => {
    let form = "other";
    try {
      form = new Intl.PluralRules(document.documentElement.lang).select(number);
    } catch { /* an unknown language counts in one form */ }
    return (words.found[form] || words.found.other).replace("{count}", number);
  };

  const hits = (text, beginnings) => [...text.matchAll(RUNS)].filter(([run]) => {
    const [word] = fold(run);
    return beginnings.some((beginning) => word.startsWith(beginning));
  });

  const mark = (element, text, beginnings) => {
    let at = 0;
    element.replaceChildren();
    for (const hit of hits(text, beginnings)) {
      const shown = document.createElement("mark");
      shown.textContent = hit[0];
      element.append(text.slice(at, hit.index), shown);
      at = hit.index + hit[0].length;
    }
    element.append(text.slice(at));
  };

  // The sentence of a plain text with most of the words; "" if none has any.
  const sentence = (plain, beginnings) => {
    const text = (plain.split(/^\*\*\* .+ \*\*\*$/m)[1] || "").replace(/\[\d+\]/g, ""); // between its marks, without its notes
    let best = "", most = 0;
    for (const [line] of text.matchAll(/\S[^\n]*?(?:[.!?…؟]+(?=\s)|(?=\n))/g)) {
      const number = beginnings.filter((beginning) => hits(line, [beginning]).length).length;
      if (number > most) [best, most] = [line.replace(/^(?:#+|-) /, ""), number];
    }
    if (best.length <= EXCERPT) return best;
    const start = Math.max(0, best.lastIndexOf(" ", hits(best, beginnings)[0].index - EXCERPT / 3) + 1);
    return (start ? "… " : "") + best.slice(start, best.lastIndexOf(" ", start + EXCERPT)) + " …";
  };

  const excerpt = async (line, page, beginnings) => {
    try {
      const answer = await fetch(new URL(page.text, root));
      const found = answer.ok ? sentence(await answer.text(), beginnings) : "";
      if (found) mark(line, found, beginnings);
    } catch { /* the summary stays */ }
  };

  // A text is asked for when its result comes into view, and never from a stick, where no page may fetch.
  const views = new Map();
  const watch = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting) {
        watch.unobserve(target);
        views.get(target)();
      }
    }
  });

  const show = (page, beginnings) => {
    const [item, link, about, line] = ["li", "a", "p", "p"].map((name) => document.createElement(name));
    link.href = new URL(page.file, root).href;
    mark(link, page.title, beginnings);
    about.className = "small";
    about.textContent = [page.date, page.topics].filter(Boolean).join(" · ");
    mark(line, page.summary, beginnings);
    item.append(link, ...(about.textContent ? [about] : []), line);
    list.append(item);
    if (location.protocol.startsWith("http")) {
      views.set(item, () => excerpt(line, page, beginnings));
      watch.observe(item);
    }
  };

  const tell = (now, rest) => {
    const found = now.found ? count(now.found) : words.none;
    const back = rest && now.back ? words.back.replace("{date}", now.back) : "";
    status.textContent = [found, back].filter(Boolean).join(now.found ? " · " : " ");
    button.textContent = now.waiting.length ? words.more : words.older;
    // Put in its place once: an element that moves loses the focus.
    if (!rest && !now.waiting.length) button.remove();
    else if (!button.isConnected) list.after(button);
  };

  const read = async (now) => {
    if (now.busy) return;
    now.busy = true;
    try {
      const volumes = await load("index");
      const kinds = new Set(now.words.map(part)).size;
      for (let pages = 0; now.read < volumes.length && now.waiting.length < RESULTS; ) {
        const [name, number, , , back] = volumes[now.read];
        if (pages && pages + number * kinds > PACE) break;
        pages += number * kinds;
        const parts = await Promise.all(now.words.map((word) => load(`${name}-${part(word)}`)));
        if (now !== search) return;
        const numbers = among(parts, now.words);
        if (numbers.length) {
          const shown = await load(`${name}-pages`);
          if (now !== search) return;
          now.waiting.push(...describe(shown, numbers, now.words));
        }
        now.back = back || now.back;
        now.found += numbers.length;
        now.read += 1;
      }
      // The sort is stable: what ranks alike stays newest first.
      now.waiting.sort((one, other) => one.rank - other.rank);
      for (const page of now.waiting.splice(0, RESULTS)) show(page, now.words);
      tell(now, now.read < volumes.length);
    } catch {
      if (now === search) status.textContent = words.off;
    }
    now.busy = false;
  };

  const begin = (query) => {
    const now = search = { words: [...new Set(fold(query))], waiting: [], found: 0, read: 0, back: "", busy: false };
    watch.disconnect();
    views.clear();
    list.replaceChildren();
    button.remove();
    if (now.words.length) read(now);
    else status.textContent = words.hint;
  };

  button.id = "search-more";
  button.type = "button";
  button.addEventListener("click", async () => {
    const before = list.children.length;
    await read(search);
    // The button may be gone now: whoever came by keyboard goes on at the first new result.
    (list.children[before]?.querySelector("a") || (button.isConnected ? button : field)).focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    begin(field.value);
  });
  field.value = new URLSearchParams(location.search).get("q") || "";
  begin(field.value);
})();
