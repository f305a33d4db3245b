// What the files of a signed release say (design/0010). Each reader gives what a file holds, or throws a Fault: never
// anything else, and in time that grows with the file's size only. Whoever calls has bounded that size.

const formats = (() => {
  const MOST = {
    "SHA256SUMS": 64 << 20, "release.json": 8 << 20, minisig: 4096, keys: 64 << 10, shard: 1 << 20, roots: 200, signatures: 800,
  };
  const UNTRUSTED = "untrusted comment: signature from minisign secret key";
  const SITE = "[a-z0-9][a-z0-9-]{0,30}[a-z0-9]";
  const NUMBER = "[1-9][0-9]{0,15}";
  const TIME = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z";
  const RELEASED = new RegExp(`^tamizdat=1 site=(${SITE}) root=([1-9][0-9]{0,3}) seq=(${NUMBER}) created=(${TIME}) expires=(${TIME})$`);
  const FUTURE = /^tamizdat=(?!1 )[1-9][0-9]{0,3} /;
  const KEYS = 16; // of a root: each costs a signature to check
  const REVOKED = 1024;
  const DIGEST = /^[0-9a-f]{64}$/;
  const WRONG = [
    /^.{241}/s, /[^A-Za-z0-9._/-]/, /^(?![A-Za-z0-9])/, /\/\/|\/$/, /\.(?:\/|$)/,
    /(?:^|\/)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:[./]|$)/i,
  ];
  // What a file in a copy may not be called, listed or not: unpacked, it would stand in another place.
  const HAZARD = /[\\:\u0000-\u001f\u007f]|^\/|(?:^|\/)\.{0,2}(?:\/|$)/;
  const HOST = ["404.html", "sitemap.xml", "robots.txt", "CNAME", ".nojekyll", "_headers"];
  const UNLISTED = ["SHA256SUMS", "SHA256SUMS.minisig", "release.json.minisig"];

  class Fault extends Error {
    // `verdict` is one of design/0010's; `paths` are the files that it speaks of; `why` tells two sentences of one verdict apart.
    constructor(verdict, paths = [], why = "") {
      super(verdict);
      Object.assign(this, { verdict, paths, why });
    }
  }

  const fail = (...about) => { throw new Fault(...about); };

  const textOf = (bytes, fault) => {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return fail(...fault);
    }
  };

  const bytesOf = (base64) => {
    try {
      const text = atob(base64);
      // A browser forgives spaces, a missing = and bits too many: two texts for the same bytes.
      return btoa(text) === base64 ? Uint8Array.from(text, (char) => char.charCodeAt(0)) : null;
    } catch {
      return null;
    }
  };

  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

  const whole = (text) => (Number(text) <= Number.MAX_SAFE_INTEGER ? Number(text) : fail("bad_signature"));

  const time = (text) => {
    const at = Date.parse(text);
    return Number.isFinite(at) && new Date(at).toISOString() === text.replace("Z", ".000Z") ? at : fail("bad_signature");
  };

  // Minisign shows a key's id as a number, whose bytes stand in the file from the lowest one on.
  const idOf = (bytes) => hex(bytes.slice(2, 10).reverse());

  // Points of small order (RFC 8032, 5.1): with one of them as a key, anybody could sign, and WebCrypto would accept it.
  const FIELD = (1n << 255n) - 19n;
  const ANYBODY = [
    0n, 1n, FIELD - 1n,
    2707385501144840649318225287225658788936804267575313519463743609750303402022n,
    55188659117513257062467267217118295137698188065244968500265048394206261417927n,
  ];

  /** A public key of minisign, `RW…`; null when the text is none. */
  const key = (text) => {
    const bytes = typeof text === "string" && text.length === 56 ? bytesOf(text) : null;
    if (!bytes || bytes.length !== 42 || bytes[0] !== 0x45 || bytes[1] !== 0x64) return null;
    const point = BigInt(`0x${hex(bytes.slice(10).reverse())}`) & ((1n << 255n) - 1n);
    if (point >= FIELD || ANYBODY.includes(point)) return null;
    return { text, bytes, id: idOf(bytes), raw: bytes.slice(10) };
  };

  /** The first path that cannot be in a release beside the others; undefined when all can. The twin of release/paths.py. */
  const badPath = (paths) => {
    const folders = new Map(), files = new Set(), ordered = [...paths].sort();
    for (const path of ordered) {
      if (WRONG.some((pattern) => pattern.test(path))) return path;
      let folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
      while (folder && folders.get(folder.toLowerCase()) !== folder) {
        if (folders.has(folder.toLowerCase())) return path;
        folders.set(folder.toLowerCase(), folder);
        folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/")));
      }
    }
    return ordered.find((path) => {
      const low = path.toLowerCase();
      return folders.has(low) || files.has(low) || !files.add(low);
    });
  };

  /** `SHA256SUMS`: path to digest. */
  const sums = (bytes) => {
    const bad = ["tampered", ["SHA256SUMS"]];
    const lines = textOf(bytes, bad).split("\n");
    if (lines.pop() !== "" || !lines.length) fail(...bad);
    const found = new Map();
    let last = "";
    for (const line of lines) {
      const path = line.slice(66);
      if (!DIGEST.test(line.slice(0, 64)) || line.slice(64, 66) !== "  " || !path) fail(...bad);
      if (path <= last || UNLISTED.includes(path)) fail("tampered", [path]);
      found.set(path, line.slice(0, 64));
      last = path;
    }
    const wrong = badPath(found.keys());
    return wrong === undefined ? found : fail("tampered", [wrong]);
  };

  /** A file that minisign wrote: four lines of one form to the byte, prehashed (`ED`). */
  const signature = (bytes, path) => {
    const bad = ["bad_signature", [path]];
    const lines = textOf(bytes, bad).split("\n");
    const head = lines.length === 5 && lines[4] === "" && lines[0] === UNTRUSTED ? bytesOf(lines[1]) : null;
    const tail = head && bytesOf(lines[3]);
    if (!head || head.length !== 74 || !tail || tail.length !== 64) fail(...bad);
    if (head[0] !== 0x45 || head[1] !== 0x44) fail(...bad);
    if (!/^trusted comment: [ -~]{1,512}$/.test(lines[2])) fail(...bad);
    return { path, id: idOf(head), signed: head.slice(10), comment: lines[2].slice(17), sealed: tail };
  };

  /** The trusted comment of a release. Times are milliseconds. */
  const comment = (text, path) => {
    if (FUTURE.test(text)) fail("unknown", [path], "future");
    const found = RELEASED.exec(text) || fail("bad_signature", [path]);
    const [created, expires] = [time(found[4]), time(found[5])];
    if (expires <= created) fail("bad_signature", [path]);
    return { text, site: found[1], root: Number(found[2]), seq: whole(found[3]), created, expires };
  };

  const canonical = (value) => {
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    if (typeof value !== "object" || value === null) return JSON.stringify(value);
    return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
  };

  // JSON of one form, with the fields of a shape and no others. A shape names for each field what it must hold.
  const json = (bytes, shape, fault) => {
    const text = textOf(bytes, fault);
    let tree;
    try {
      tree = JSON.parse(text);
      if (`${canonical(tree)}\n` !== text) fail(...fault);
    } catch {
      fail(...fault); // a nesting too deep to be written again ends here, too
    }
    if (isCount(tree?.tamizdat) && tree.tamizdat > 1) fail("unknown", fault[1], "future");
    return fits(tree, shape) ? tree : fail(...fault);
  };

  const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
  const isSite = (value) => typeof value === "string" && new RegExp(`^${SITE}$`).test(value);
  const isDigest = (value) => typeof value === "string" && DIGEST.test(value);
  const isPath = (value) => typeof value === "string" && badPath([value]) === undefined;
  const isKeys = (least, most) => (list) => Array.isArray(list) && list.length >= least && list.length <= most &&
    new Set(list.map((each) => key(each)?.id)).size === list.length && list.every(key);
  const fits = (tree, shape) => typeof tree === "object" && tree !== null && !Array.isArray(tree) &&
    Object.keys(tree).length === Object.keys(shape).length &&
    Object.keys(shape).every((name) => name in tree && shape[name](tree[name]));

  const ROOT = {
    tamizdat: (value) => value === 1, site: isSite, root: (value) => isCount(value) && value > 0, min_seq: isCount,
    root_keys: isKeys(1, KEYS), release_keys: isKeys(1, KEYS), revoked: isKeys(0, REVOKED),
    root_threshold: (value) => isCount(value) && value > 0, release_threshold: (value) => value === 1,
    previous: (value) => value === null || isDigest(value),
  };
  const ROW = { first: isPath, path: isPath, entries: isCount, size: isCount, sha256: isDigest };
  const RELEASE = {
    tamizdat: (value) => value === 1, site: isSite, created: (value) => /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value), files: isCount, bytes: isCount,
    packs: Array.isArray, shards: (list) => Array.isArray(list) && list.every((row) => fits(row, ROW)),
  };

  /** `keys/root-N.json`, its keys as `key` gives them. */
  const root = (bytes, number) => {
    const bad = ["tampered", [`keys/root-${number}.json`]];
    const tree = json(bytes, ROOT, bad);
    if (tree.root !== number || tree.root_threshold > tree.root_keys.length) fail(...bad);
    if ((number === 1) !== (tree.previous === null)) fail(...bad);
    if ([...tree.root_keys, ...tree.release_keys].some((each) => tree.revoked.includes(each))) fail(...bad);
    return { ...tree, root_keys: tree.root_keys.map(key), release_keys: tree.release_keys.map(key) };
  };

  /** `release.json`. */
  const release = (bytes) => json(bytes, RELEASE, ["tampered", ["release.json"]]);

  /** A file of `shards/`: path to size and digest. */
  const shard = (bytes, row) => {
    const bad = ["tampered", [row.path]];
    const lines = textOf(bytes, bad).split("\n");
    const found = new Map(lines.slice(0, -1).map((line) => {
      const [, path, size, sha256] = /^([!-~]+) (0|[1-9][0-9]{0,15}) ([0-9a-f]{64})$/.exec(line) || fail(...bad);
      return [path, { size: Number(size), sha256 }];
    }));
    return lines[lines.length - 1] === "" && found.size === row.entries ? found : fail(...bad);
  };

  return { MOST, HAZARD, HOST, UNLISTED, Fault, fail, hex, key, badPath, sums, signature, comment, root, release, shard };
})();
