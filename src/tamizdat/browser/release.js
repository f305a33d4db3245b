// The release page: shows what the signature file beside the site says of number and dates. It checks nothing, and says so.
"use strict";
(async () => {
  const LARGEST = 4096; // bytes; a signature file has some 300
  const PATIENCE = 5000; // milliseconds
  const TIME = "(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ)";
  const FORM = new RegExp("^untrusted comment: [ -~]*\\n[A-Za-z0-9+/]{99}=\\ntrusted comment: tamizdat=1 site=([a-z0-9-]{2,32}) "
    + `root=[1-9]\\d{0,3} seq=([1-9]\\d{0,15}) created=${TIME} expires=${TIME}\\n[A-Za-z0-9+/]{86}==\\n$`);
  if (!location.protocol.startsWith("http")) return; // from a stick no page may fetch: the link stays
  const box = document.getElementById("release-said");
  const words = JSON.parse(box.dataset.words);
  const say = (text) => { box.firstElementChild.textContent = text; };

  const read = async (answer) => {
    const reader = answer.body.getReader();
    const bytes = [];
    for (let part; !(part = await reader.read()).done; ) {
      bytes.push(...part.value.subarray(0, LARGEST + 1));
      if (bytes.length > LARGEST) {
        reader.cancel();
        return "";
      }
    }
    return String.fromCharCode(...bytes);
  };

  const real = (time) => {
    const moment = new Date(time);
    return !Number.isNaN(moment.getTime()) && moment.toISOString() === time.replace("Z", ".000Z");
  };

  try {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), PATIENCE);
    const address = document.getElementById("release-signature").href;
    const answer = await fetch(address, { cache: "no-store", credentials: "omit", redirect: "error", signal: stop.signal });
    if (answer.status === 404 || answer.status === 410) return say(words.absent);
    if (!answer.ok) return say(words.failed);
    const [, site, number, created, expires] = (await read(answer)).match(FORM) || [];
    if (site !== box.dataset.site || !Number.isSafeInteger(Number(number)) || ![created, expires].every(real)) {
      return say(words.strange);
    }
    const list = document.createElement("dl");
    for (const [name, value] of [["number", number], ["created", created.slice(0, 10)], ["expires", expires.slice(0, 10)]]) {
      const [term, told] = ["dt", "dd"].map((tag) => document.createElement(tag));
      term.textContent = words[name];
      told.textContent = value;
      list.append(term, told);
    }
    say(words.says);
    box.append(list);
  } catch {
    say(words.failed);
  }
})();
