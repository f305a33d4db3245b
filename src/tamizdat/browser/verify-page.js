// What the reader sees of verify.html: asks for a copy, shows the verdict. Stores nothing, asks its own address only.
// What comes out of a copy is text, never HTML, and its invisible characters are shown as numbers.

(async () => {
  const { site, keys, languages, dates, words } = publication;
  const CLASS = { ok: "good", updating: "care", rollback: "care", clock_skew: "care", expired: "care", unknown: "care" };
  const PART = { all: "", lists: "_lists", some: "_page" };
  const SHOWN = 100; // files that are named
  const LONGEST = 200; // characters of a name
  const HTTP = /^https?:$/.test(location.protocol);
  const element = (id) => document.getElementById(id);
  const field = element("key");
  const typed = () => (field.value.trim() ? formats.key(field.value.trim()) : null);
  const kit = judging.tools(globalThis.crypto?.subtle);
  let lang = languages.find((each) => each.default).code;
  let atAddress = null; // the lists of this address, once asked for
  let chosenPage = null, chosenLists = new Map();

  const say = (word, values = {}) => words[lang][word].replace(/{(\w+)}/g, (_, name) => values[name]);

  const safe = (text) => {
    const shown = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${char.codePointAt(0).toString(16)}}`);
    return shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown;
  };

  const make = (tag, text = "", about = {}) => Object.assign(document.createElement(tag), { textContent: text }, about);
  const code = (text) => make("code", text, { dir: "ltr" });

  // In our own words: browsers do not know the months of all our languages.
  const date = (time) => {
    const day = new Date(time);
    return dates[lang][day.getUTCMonth()].replace("{day}", day.getUTCDate()).replace("{year}", day.getUTCFullYear());
  };

  const title = ({ verdict, scope }) => {
    const kind = CLASS[verdict] || "bad";
    return say(`verify_${kind}${kind === "good" ? PART[scope] : ""}`);
  };

  const sentence = ({ verdict, why, release, places, scope }) => {
    const word = verdict === "ok" ? `ok${PART[scope]}` : why || verdict;
    return say(`verify_${word}`, { date: release ? date(release.expires) : "", path: places[0]?.[1] });
  };

  const facts = ({ release, keys: used, whose, checked, scope }) => {
    const list = make("dl");
    const add = (word, ...values) => list.append(make("dt", say(word)), ...values.map((value) => {
      const cell = make("dd");
      cell.append(value);
      return cell;
    }));
    if (release) {
      add("verify_publication", release.site);
      add("verify_number", String(release.seq));
      add("verify_created", date(release.created));
      add("verify_expires", date(release.expires));
      add("verify_root", String(release.root));
    }
    if (scope === "all" && checked) add("verify_checked", String(checked));
    if (used.length) {
      add("verify_whose", say(`verify_whose_${whose}`));
      add("verify_fingerprint", ...used.map((key) => code(judging.fingerprint(key))));
    }
    return list;
  };

  const names = (paths) => {
    const list = make("ul", "", { className: "names" });
    for (const path of paths.slice(0, SHOWN)) {
      const item = make("li");
      item.append(code(safe(path)));
      list.append(item);
    }
    if (paths.length > SHOWN) list.append(make("li", say("verify_more", { count: paths.length - SHOWN })));
    return list;
  };

  const details = (result) => [
    ...(result.paths.length ? [make("h3", say("verify_files")), names(result.paths)] : []),
    ...(result.host.length ? [make("p", say("verify_host", { names: result.host.join(", ") }))] : []),
    facts(result),
    ...(result.keys.length ? [make("p", say("verify_compare"), { className: "b" })] : []),
  ];

  // A place of the page in which a check tells how it goes: said aloud is its sentence only.
  const view = (id) => {
    const box = element(id);
    const [status, bar, about] = [make("p"), make("progress"), make("div")];
    status.setAttribute("role", "status");
    box.append(status, bar, about);
    return { box, status, bar, about, state: null, run: 0, again: null };
  };

  const draw = ({ box, status, bar, about, state }) => {
    const result = state?.verdict ? state : null;
    box.className = `result ${result ? CLASS[result.verdict] || "bad" : ""}`;
    box.hidden = !state;
    bar.hidden = !state?.busy;
    bar.setAttribute("aria-label", say("verify_checking"));
    about.replaceChildren(...(result ? details(result) : []));
    status.replaceChildren(...(result ? [make("strong", title(result)), ` ${sentence(result)}`] : [state ? say(state.say) : ""]));
  };

  const set = (place, state) => {
    place.state = state;
    draw(place);
  };

  const check = async (place, copyOf) => {
    const run = ++place.run, key = typed();
    place.again = () => check(place, copyOf);
    // A key with a slip in it must not be taken for none.
    if (field.value.trim() && !key) return set(place, { say: "verify_key_wrong" });
    place.bar.removeAttribute("value");
    set(place, { say: "verify_checking", busy: true });
    if (place === copyView) place.box.scrollIntoView({ block: "nearest" });
    const told = (done, all) => {
      if (run === place.run) Object.assign(place.bar, { max: all, value: done });
    };
    let scope = "";
    const source = async () => {
      const copy = await copyOf(await kit);
      scope = copy.scope;
      return copy;
    };
    const expected = key ? { keys: [key.text], site: null } : { keys, site };
    const result = await judging.judge(source, expected, await kit, Date.now(), told);
    const whose = key ? "typed" : keys.length ? "page" : "none";
    if (run === place.run) set(place, { ...result, whose, scope });
  };

  const addressView = view("address-result"), copyView = view("copy-result");
  const ask = () => {
    if (!atAddress) {
      atAddress = copies.address();
      atAddress.catch(() => { atAddress = null; }); // a later try asks again
    }
    return atAddress;
  };

  const checkPage = () => {
    if (!chosenPage) return;
    const pages = [chosenPage];
    if (chosenLists.size) check(copyView, (tools) => copies.copy([...chosenLists], "some", tools, pages));
    else if (HTTP) check(copyView, async (tools) => copies.copy(await ask(), "some", tools, pages));
    else set(copyView, { say: "verify_lists_wanted" });
  };

  const onFiles = (id, use) => element(id).addEventListener("change", ({ target }) => target.files.length && use(target.files));
  onFiles("folder", (files) => check(copyView, (tools) => copies.folder(files, tools)));
  onFiles("zip", ([file]) => check(copyView, (tools) => copies.zip(file, tools)));
  onFiles("page", ([file]) => {
    chosenPage = file;
    element("lists-field").hidden = false;
    checkPage();
  });
  onFiles("lists", (files) => {
    for (const [path, source] of copies.lists(files)) chosenLists.set(path, source);
    element("lists-chosen").replaceChildren(...(chosenLists.size ? [names([...chosenLists.keys()].sort())] : []));
    checkPage();
  });

  field.addEventListener("change", () => {
    const wrong = Boolean(field.value.trim()) && !typed();
    field.setAttribute("aria-invalid", String(wrong));
    element("key-wrong").textContent = wrong ? say("verify_key_wrong") : "";
    for (const place of [addressView, copyView]) place.again?.();
  });

  const speak = (code) => {
    lang = code;
    const { direction } = languages.find((each) => each.code === code);
    Object.assign(document.documentElement, { lang, dir: direction });
    document.title = `${say("verify_title")} – ${publication.name}`;
    for (const each of document.querySelectorAll("[data-word]")) each.textContent = say(each.dataset.word, { site: publication.name });
    for (const each of document.querySelectorAll("[data-language]")) each.hidden = each.dataset.language !== lang;
    for (const each of element("languages").children) each.setAttribute("aria-pressed", String(each.lang === lang));
    if (element("key-wrong").textContent) element("key-wrong").textContent = say("verify_key_wrong");
    [addressView, copyView].forEach(draw);
  };

  const preferred = () => {
    for (const wish of navigator.languages || []) {
      const found = languages.find(({ code }) => code.toLowerCase() === wish.toLowerCase()) ||
        languages.find(({ code }) => code.split("-")[0] === wish.toLowerCase().split("-")[0]);
      if (found) return found.code;
    }
    return lang;
  };

  for (const { code: each, name } of languages) {
    element("languages").append(make("button", name, { lang: each, type: "button", onclick: () => speak(each) }));
  }
  if (!("webkitdirectory" in element("folder"))) element("folder-field").hidden = true;
  element("app").hidden = false;
  element("languages").hidden = languages.length < 2;
  element("address").hidden = !HTTP;
  for (const each of document.querySelectorAll("[data-plain]")) each.hidden = true;
  speak(preferred());
  if (HTTP) check(addressView, async (tools) => copies.copy(await ask(), "lists", tools));
})();
