// Whether a copy is what the publication signed: the steps and verdicts of design/0010, in their order. Nothing is known
// here but the copy, the keys that the reader trusts and the time: no page, no network, no memory of earlier checks.
//
// A copy is `names` (its paths), `scope` ("all": every file must be there; "lists": the lists and keys; "some": none),
// `read(path, most)` (bytes, or a Fault when there are more), `digest(path, most)` (64 hexadecimal digits), and maybe
// `pages` (files of unknown path, each with `name` and `digest(most)`).

const judging = (() => {
  const { MOST, HAZARD, HOST, UNLISTED, fail } = formats;
  const DAY = 24 * 60 * 60 * 1000;
  const AT_ONCE = 4;
  const ROOT = /^keys\/root-([1-9][0-9]{0,3})\.json(?:\.([0-9a-f]{16})\.minisig)?$/;
  const SUMS = "SHA256SUMS", RELEASE = "release.json";
  const LEAST_LIMIT = 64 << 20; // for a file, where no signed list tells the size of all
  const unhex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
  // RFC 8032, 7.1, test 1: the signature of nothing.
  const PROOF_KEY = unhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  const PROOF = unhex("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");

  /** SHA-256 and Ed25519: WebCrypto's where the browser gives them and they work, noble's otherwise. */
  const tools = async (subtle) => {
    const native = async (signed, message, raw) => {
      try {
        const imported = await subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
        return await subtle.verify({ name: "Ed25519" }, imported, signed, message);
      } catch {
        return false;
      }
    };
    const nothing = new Uint8Array(0);
    const works = Boolean(subtle) && await native(PROOF, nothing, PROOF_KEY) && !await native(PROOF, PROOF, PROOF_KEY);
    return {
      native: works,
      verify: works ? native : async (...about) => noble.verifyEd25519(...about),
      sha256: async (bytes) => formats.hex(
        subtle ? new Uint8Array(await subtle.digest("SHA-256", bytes)) : noble.sha256().update(bytes).digest(),
      ),
    };
  };

  /** What two people compare to know that they mean the same key. The twin of content/fingerprint.py. */
  const fingerprint = (key) => {
    const number = BigInt(`0x${formats.hex(noble.sha256().update(key.bytes).digest()).slice(0, 32)}`);
    return number.toString().padStart(40, "0").replace(/.{5}(?=.)/g, "$& ");
  };

  // The last line of a signature file: signs the signature and the trusted comment.
  const seals = (signature, key, verify) => {
    const sealed = new Uint8Array(64 + signature.comment.length);
    sealed.set(signature.signed);
    sealed.set(new TextEncoder().encode(signature.comment), 64);
    return verify(signature.sealed, sealed, key.raw);
  };

  const fits = async (signature, key, data, verify) => signature.id === key.id &&
    await verify(signature.signed, noble.blake2b512(data), key.raw) && await seals(signature, key, verify);

  const has = (keys, text) => keys.some((each) => each.text === text);

  // The roots of a copy from the first to the newest, each with the keys that signed it among those that could.
  const rootsOf = async (copy, { verify, sha256 }) => {
    const numbers = [], signed = new Map();
    for (const name of copy.names) {
      const [, number, id] = ROOT.exec(name) || [];
      if (id) signed.set(`${number}.${id}`, name);
      else if (number) numbers.push(Number(number));
    }
    if (numbers.length > MOST.roots || signed.size > MOST.signatures) fail("unknown", ["keys/"], "unread");
    const gap = [...numbers.sort((one, other) => one - other), 0].findIndex((number, at) => number !== at + 1);
    if (!numbers.length || gap < numbers.length) fail("incomplete", [`keys/root-${gap + 1}.json`]);
    const roots = [];
    for (const number of numbers) {
      const path = `keys/root-${number}.json`, data = await copy.read(path, MOST.keys), before = roots[number - 2];
      const root = formats.root(data, number);
      if (before && before.site !== root.site) fail("wrong_site", [path]);
      if (before && before.digest !== root.previous) fail("bad_signature", [path]);
      Object.assign(root, { digest: await sha256(data), by: [] });
      for (const key of new Map([...before?.root_keys || [], ...root.root_keys].map((each) => [each.text, each])).values()) {
        const name = signed.get(`${number}.${key.id}`);
        if (!name) continue;
        const signature = formats.signature(await copy.read(name, MOST.minisig), name);
        const meant = `tamizdat=1 site=${root.site} root=${number}`;
        if (signature.comment !== meant || !await fits(signature, key, data, verify)) fail("bad_signature", [name]);
        root.by.push(key.text);
      }
      roots.push(root);
    }
    return roots;
  };

  const enough = (root, among) => among.root_keys.filter((key) => root.by.includes(key.text)).length >= among.root_threshold;

  // From `start` on each root is signed by its own keys, and by those of the root before it.
  const follow = (roots, start) => roots.slice(start).forEach((root, at, rest) => {
    if (!enough(root, root) || (at && !enough(root, rest[at - 1]))) fail("bad_signature", [`keys/root-${root.root}.json`]);
  });

  // Where a key that the reader trusts stands in the chain: the root from which to follow it, and who may sign a release.
  const anchor = (roots, pins) => {
    const signers = roots.flatMap((root) => root.release_keys);
    for (const pin of pins) {
      const start = roots.findIndex((root) => has(root.root_keys, pin) && root.by.includes(pin) && enough(root, root));
      if (start >= 0) return { pin, start, signers };
      if (has(signers, pin)) return { pin, start: 0, signers: signers.filter((each) => each.text === pin) };
    }
    return pins.length ? fail("bad_signature", ["keys/root-1.json"]) : { pin: null, start: 0, signers };
  };

  // A list with a signature: what the comment says of it, and who signed. null where a copy of some files does not have it.
  const signedList = async (copy, name, signers, newest, { verify }) => {
    const path = `${name}.minisig`;
    if (!copy.has(name) || !copy.has(path)) return null;
    const signature = formats.signature(await copy.read(path, MOST.minisig), path);
    const key = signers.find((each) => each.id === signature.id && !newest.revoked.includes(each.text));
    if (!key || !await seals(signature, key, verify)) fail("bad_signature", [path]);
    // The signature is whole, so the list is not.
    if (!await fits(signature, key, await copy.read(name, MOST[name]), verify)) fail("tampered", [name]);
    return { ...formats.comment(signature.comment, path), key, path };
  };

  const checkNames = (copy) => {
    const seen = new Map();
    for (const name of copy.names) {
      const twin = seen.get(name.toLowerCase());
      if (HAZARD.test(name) || twin !== undefined) fail("tampered", [name]);
      seen.set(name.toLowerCase(), name);
    }
  };

  const checkLists = (copy) => {
    const wanted = (copy.scope === "some" ? [SUMS] : [SUMS, RELEASE]).flatMap((name) => [name, `${name}.minisig`]);
    const missing = wanted.filter((name) => !copy.has(name));
    if (copy.scope !== "some" && missing.filter((name) => name.endsWith(".minisig")).length === 2) fail("unsigned");
    if (missing.length) fail("incomplete", missing);
  };

  // Whether both lists are of one release. `together`: SHA256SUMS has the digest of that release.json.
  const checkOrder = (ours, theirs, roots, together) => {
    const newest = roots[roots.length - 1];
    const same = theirs.root === ours.root && theirs.seq === ours.seq;
    if (same && !together) fail("equivocation", [SUMS, RELEASE]);
    const high = theirs.root > ours.root || (theirs.root === ours.root && theirs.seq > ours.seq) ? theirs : ours;
    if (high.root > newest.root) fail("incomplete", [`keys/root-${high.root}.json`]);
    if (high.root < newest.root || high.seq < newest.min_seq) fail("rollback");
    for (const { root, key, path } of [ours, theirs]) if (!has(roots[root - 1].release_keys, key.text)) fail("bad_signature", [path]);
    return theirs.text === ours.text;
  };

  // A few files at a time: their digests, "" for one that is not worth reading to its end.
  const digests = async (copy, paths, mostOf, progress) => {
    const found = new Map();
    let next = 0, failed = null;
    const work = async () => {
      while (next < paths.length && !failed) {
        const path = paths[next++];
        try {
          found.set(path, await copy.digest(path, mostOf(path)));
        } catch (fault) {
          if (fault?.verdict === "tampered") found.set(path, "");
          else failed = fault;
        }
        progress(found.size, paths.length);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    if (failed) throw failed;
    return found;
  };

  // What release.json and those of its shards that lie in the copy say of each path; `whole`: all of them do.
  const contents = async (copy, release, { sha256 }) => {
    const data = await copy.read(RELEASE, MOST[RELEASE]), known = new Map([[RELEASE, { size: data.length, sha256: await sha256(data) }]]);
    let whole = true;
    for (const row of release.shards) {
      known.set(row.path, row);
      const held = copy.has(row.path) && row.size <= MOST.shard ? await copy.read(row.path, MOST.shard) : null;
      const right = held && await sha256(held) === row.sha256;
      if (right) formats.shard(held, row).forEach((each, path) => known.set(path, each));
      else whole = false;
    }
    return { known, whole };
  };

  // Two lists of one number must not say two different things.
  const checkTwins = (listed, { known, whole }) => {
    const path = [...known.keys()].find((each) => listed.get(each) !== known.get(each).sha256);
    if (path !== undefined) fail("equivocation", [path]);
    if (whole && known.size !== listed.size) fail("equivocation", [SUMS, RELEASE]);
  };

  const checkFiles = async (copy, listed, told, other, most, { progress, result }) => {
    const known = told?.known || new Map();
    const loose = copy.names.filter((name) => !listed.has(name) && !UNLISTED.includes(name));
    const read = copy.names.filter((name) => listed.has(name)).concat(loose.filter((name) => other && known.has(name)));
    const found = await digests(copy, read, (path) => (other ? most : known.get(path)?.size ?? most), progress);
    result.checked = read.filter((path) => found.get(path) === listed.get(path)).length;
    const belongs = (path) => other && found.has(path) && found.get(path) === known.get(path)?.sha256;
    const wrong = read.filter((path) => listed.has(path) && found.get(path) !== listed.get(path) && !belongs(path));
    for (const page of copy.pages || []) {
      const digest = await page.digest(most);
      const place = [...listed].find(([, each]) => each === digest);
      if (place) result.places.push([page.name, place[0]]);
      else wrong.push(page.name);
    }
    if (wrong.length) fail("tampered", wrong);
    const needed = { all: () => true, lists: (path) => path === RELEASE || path.startsWith("keys/"), some: () => false }[copy.scope];
    const gone = (path) => other && told.whole && !known.has(path); // the other release does not have it, either
    const missing = [...listed.keys()].filter((path) => needed(path) && !copy.has(path) && !gone(path));
    if (missing.length) fail("incomplete", missing);
    result.host = loose.filter((name) => HOST.includes(name));
    const extra = copy.scope === "all" ? loose.filter((name) => !HOST.includes(name) && !belongs(name)) : [];
    if (extra.length) fail("extra", extra);
    if (other) fail("updating");
  };

  const steps = async (copy, expected, now, kit, { progress, result }) => {
    checkNames(copy);
    checkLists(copy);
    const listed = formats.sums(await copy.read(SUMS, MOST[SUMS]));
    if (!listed.has(RELEASE)) fail("tampered", [SUMS]);
    const roots = await rootsOf(copy, kit), newest = roots[roots.length - 1];
    if (expected.site && newest.site !== expected.site) fail("wrong_site");
    const { pin, start, signers } = anchor(roots, expected.keys);
    follow(roots, start);
    const ours = await signedList(copy, SUMS, signers, newest, kit);
    const theirs = await signedList(copy, RELEASE, signers, newest, kit) || ours;
    const data = copy.has(RELEASE) ? await copy.read(RELEASE, MOST[RELEASE]) : null, release = data && formats.release(data);
    if ([ours, theirs, release || ours].some(({ site }) => site !== newest.site)) fail("wrong_site");
    const together = theirs === ours || await kit.sha256(data) === listed.get(RELEASE);
    Object.assign(result, { keys: pin ? [formats.key(pin)] : newest.root_keys, release: ours });
    const other = !checkOrder(ours, theirs, roots, together);
    const told = release && (copy.scope === "all" || other) ? await contents(copy, release, kit) : null;
    if (told && !other) checkTwins(listed, told);
    await checkFiles(copy, listed, told, other, Math.max(release?.bytes || 0, LEAST_LIMIT), { progress, result });
    // Before what is said of a true copy: anybody can make a key, and a release that is merely old.
    if (pin === null) fail("unknown");
    if (ours.created > now + DAY) fail("clock_skew");
    if (ours.expires < now) fail("expired");
  };

  /**
   * Judge the copy that `make` gives. `expected`: `keys` (RW…, any of which may anchor it; none: the verdict is at best `unknown`) and `site`
   * (null: whatever the keys sign). Gives `verdict`, `why`, `paths`, `host`, `places`, `keys`, `checked`, and
   * `release` when number and dates are proven. Never throws: what cannot be read is `unknown`.
   */
  const judge = async (make, expected, kit, now, progress = () => {}) => {
    const keys = expected.keys.map(formats.key).filter(Boolean);
    const result = { verdict: "ok", why: "", paths: [], host: [], places: [], keys, release: null, checked: 0 };
    try {
      const copy = await make();
      const names = new Set(copy.names);
      await steps({ ...copy, has: (name) => names.has(name) }, expected, now, kit, { progress, result });
    } catch (fault) {
      const known = fault instanceof formats.Fault;
      if (["bad_signature", "wrong_site"].includes(fault?.verdict)) result.release = null;
      Object.assign(result, known ? { verdict: fault.verdict, why: fault.why, paths: fault.paths } : { verdict: "unknown", why: "unread" });
    }
    return result;
  };

  return { tools, fingerprint, judge };
})();
