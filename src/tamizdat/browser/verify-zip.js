// The files of a ZIP archive, read where they lie: nothing is unpacked. Only plain archives: what two programs could
// read in two ways is refused.

const zips = (() => {
  const { fail } = formats;
  const END = 0x06054b50, CENTRAL = 0x02014b50, LOCAL = 0x04034b50;
  const LONGEST_COMMENT = 65535;
  const DIRECTORY = 64 << 20; // bytes of the central directory
  const STORED = 0, DEFLATED = 8;
  const UNREADABLE = 0x2041; // flags: encrypted, strongly, or with hidden names
  const UNICODE_PATH = 0x7075; // an extra field that gives a file another name
  const REGULAR = 0x8000, FOLDER = 0x4000, KIND = 0xf000;

  const unread = (name) => fail("unknown", [name], "unread");
  const bytesOf = async (blob) => new Uint8Array(await blob.arrayBuffer());
  const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

  // Where the central directory lies, and how many entries it has.
  const ending = async (blob) => {
    const start = Math.max(0, blob.size - LONGEST_COMMENT - 22);
    const bytes = await bytesOf(blob.slice(start)), view = viewOf(bytes);
    for (let at = bytes.length - 22; at >= 0; at--) {
      if (view.getUint32(at, true) !== END || at + 22 + view.getUint16(at + 20, true) !== bytes.length) continue;
      const [disk, first, here, entries] = [4, 6, 8, 10].map((each) => view.getUint16(at + each, true));
      const size = view.getUint32(at + 12, true), offset = view.getUint32(at + 16, true);
      const plain = disk === 0 && first === 0 && here === entries && size <= DIRECTORY && offset + size === start + at;
      return plain ? { entries, size, offset } : unread(blob.name);
    }
    return unread(blob.name);
  };

  const hasExtra = (view, at, end, id) => {
    for (; at + 4 <= end; at += 4 + view.getUint16(at + 2, true)) if (view.getUint16(at, true) === id) return true;
    return false;
  };

  const readEntry = (bytes, view, at, zip) => {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== CENTRAL) unread(zip);
    const [flags, method] = [8, 10].map((each) => view.getUint16(at + each, true));
    const [packed, size] = [20, 24].map((each) => view.getUint32(at + each, true));
    const [name, extra, comment, disk] = [28, 30, 32, 34].map((each) => view.getUint16(at + each, true));
    const mode = view.getUint16(at + 40, true) & KIND, offset = view.getUint32(at + 42, true);
    const next = at + 46 + name + extra + comment;
    if (next > bytes.length) unread(zip);
    const raw = bytes.subarray(at + 46, at + 46 + name), path = new TextDecoder().decode(raw);
    const folder = path.endsWith("/");
    if (formats.HAZARD.test(folder ? path.slice(0, -1) : path) || (mode !== 0 && mode !== (folder ? FOLDER : REGULAR))) fail("tampered", [path]);
    const strange = flags & UNREADABLE || disk || ![STORED, DEFLATED].includes(method) ||
      [packed, size, offset].includes(0xffffffff) || hasExtra(view, at + 46 + name, at + 46 + name + extra, UNICODE_PATH);
    if (strange) unread(path);
    return { path, raw, folder, deflated: method === DEFLATED, packed, size, offset, next };
  };

  // The bytes of an entry as they lie in the archive. `limit`: where the next thing begins.
  const packedOf = async (blob, entry) => {
    const head = await bytesOf(blob.slice(entry.offset, entry.offset + 30 + entry.raw.length)), view = viewOf(head);
    const same = head.length === 30 + entry.raw.length && view.getUint32(0, true) === LOCAL &&
      view.getUint16(26, true) === entry.raw.length && entry.raw.every((byte, at) => head[30 + at] === byte);
    if (!same) fail("tampered", [entry.path]);
    const start = entry.offset + head.length + view.getUint16(28, true);
    // Entries that share bytes make a small archive endless.
    return start + entry.packed <= entry.limit ? blob.slice(start, start + entry.packed) : fail("tampered", [entry.path]);
  };

  /** The files of an archive: pairs of a path and what `copies` calls a source. Throws a Fault for one that is not plain. */
  const open = async (blob) => {
    const { entries, size, offset } = await ending(blob);
    const bytes = await bytesOf(blob.slice(offset, offset + size)), view = viewOf(bytes), found = [];
    let at = 0;
    for (let number = 0; number < entries; number++) {
      found.push(readEntry(bytes, view, at, blob.name));
      at = found[number].next;
    }
    if (at !== size) unread(blob.name);
    found.sort((one, other) => one.offset - other.offset).forEach((entry, place) => {
      entry.limit = place + 1 < found.length ? found[place + 1].offset : offset;
    });
    return found.filter((entry) => !entry.folder).map((entry) => [entry.path, {
      size: entry.size,
      stream: async () => {
        const packed = (await packedOf(blob, entry)).stream();
        if (!entry.deflated) return packed;
        return typeof DecompressionStream === "function" ? packed.pipeThrough(new DecompressionStream("deflate-raw")) : unread(entry.path);
      },
    }]);
  };

  return { open };
})();
