// Where a copy comes from: a folder, an archive, a few files, the address of this page. Each becomes what `judging` reads.
// A source is a file: its `size`, and `stream()`, its bytes.

const copies = (() => {
  const { MOST, fail } = formats;
  const SUMS = "SHA256SUMS";
  const WHOLE = 4 << 20; // bytes of a file that is held in memory to be hashed at once
  const PATIENCE = { [SUMS]: 120000, "release.json": 60000, other: 20000 }; // milliseconds
  const LISTED_KEYS = /^[0-9a-f]{64} {2}(keys\/[a-z0-9.-]+)$/gm;
  const FLAT = /^(?:root-[1-9][0-9]{0,3}\.json(?:\.[0-9a-f]{16}\.minisig)?|release\.pub(?:\.minisig)?)$/;

  // Hand the bytes of a stream over, and stop one that does not end where it should.
  const drain = async (stream, most, take, fault) => {
    const reader = stream.getReader();
    let size = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return size;
      size += value.length;
      if (size > most) {
        reader.cancel().catch(() => {});
        fail(...fault);
      }
      take(value);
    }
  };

  const collect = async (stream, most, fault) => {
    const parts = [];
    const size = await drain(stream, most, (part) => parts.push(part), fault);
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  };

  const digestOf = async (path, source, most, kit) => {
    const bad = ["tampered", [path]];
    if (source.size > most) fail(...bad);
    try {
      const stream = await source.stream();
      if (source.size <= WHOLE) return await kit.sha256(await collect(stream, source.size, bad));
      const hash = noble.sha256();
      await drain(stream, source.size, (part) => hash.update(part), bad);
      return formats.hex(hash.digest());
    } catch (error) {
      // What inflates no more is not what was signed; a disk that fails (a DOMException) says nothing.
      throw error instanceof formats.Fault || error instanceof DOMException ? error : new formats.Fault(...bad);
    }
  };

  /** A copy of these sources, by path. */
  const copy = (entries, scope, kit, pages = []) => {
    const sources = new Map(entries);
    return {
      names: entries.map(([path]) => path),
      scope,
      read: async (path, most) => {
        const source = sources.get(path) || fail("incomplete", [path]);
        if (source.size > most) fail("unknown", [path], "unread");
        return collect(await source.stream(), source.size, ["tampered", [path]]);
      },
      digest: (path, most) => digestOf(path, sources.get(path), most, kit),
      pages: pages.map((file) => ({ name: file.name, digest: (most) => digestOf(file.name, ofFile(file), most, kit) })),
    };
  };

  const ofFile = (file) => ({ size: file.size, stream: () => file.stream() });
  const ofBytes = (bytes) => ({ size: bytes.length, stream: () => new Blob([bytes]).stream() });

  // The folder around a copy, which an archive or a stick may have: taken away while nothing else is there.
  const unwrap = (entries) => {
    let found = entries;
    for (let depth = 0; depth < 8; depth++) {
      const top = found.length ? found[0][0].split("/")[0] : "";
      const alone = found.every(([path]) => path.startsWith(`${top}/`) && path.length > top.length + 1);
      if (!top || !alone) return found;
      found = found.map(([path, source]) => [path.slice(top.length + 1), source]);
    }
    return found;
  };

  /** The files of a folder that the reader chose. */
  const folder = (files, kit) => copy(unwrap([...files].map((file) => [file.webkitRelativePath || file.name, ofFile(file)])), "all", kit);

  /** An archive. */
  const zip = async (file, kit) => copy(unwrap(await zips.open(file)), "all", kit);

  /** Lists that the reader chose one by one, by path; other files are left out. */
  const lists = (files) => [...files].map((file) => [FLAT.test(file.name) ? `keys/${file.name}` : file.name, ofFile(file)])
    .filter(([path]) => path.startsWith("keys/") || /^(?:SHA256SUMS|release\.json)(?:\.minisig)?$/.test(path));

  // A file of this page's own address; null when there is none.
  const ask = async (path, most) => {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), PATIENCE[path] || PATIENCE.other);
    const unread = ["unknown", [path], "unread"];
    try {
      const answer = await fetch(new URL(path, new URL(".", location.href)), {
        cache: "no-store", credentials: "omit", redirect: "error", referrerPolicy: "no-referrer", signal: stop.signal,
      });
      if (answer.status === 404 || answer.status === 410) return null;
      if (!answer.ok || !answer.body) fail(...unread);
      return [path, ofBytes(await collect(answer.body, most, unread))];
    } catch (error) {
      throw error instanceof formats.Fault ? error : new formats.Fault(...unread);
    } finally {
      stop.abort();
      clearTimeout(timer);
    }
  };

  /** The lists and keys that lie at this page's own address. */
  const address = async () => {
    const wanted = [SUMS, "release.json"].flatMap((name) => [[name, MOST[name]], [`${name}.minisig`, MOST.minisig]]);
    const found = (await Promise.all(wanted.map((each) => ask(...each)))).filter(Boolean);
    const sums = found.find(([path]) => path === SUMS);
    const text = sums ? new TextDecoder().decode(await collect(sums[1].stream(), MOST[SUMS], [])) : "";
    const keys = Array.from(text.matchAll(LISTED_KEYS), ([, path]) => path);
    if (keys.length > MOST.roots + MOST.signatures) fail("unknown", ["keys/"], "unread");
    return found.concat((await Promise.all(keys.map((path) => ask(path, MOST.keys)))).filter(Boolean));
  };

  return { copy, folder, zip, lists, address };
})();
