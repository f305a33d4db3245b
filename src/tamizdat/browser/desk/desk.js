// The form asks for the root of a git repository. Editors have a folder, with or without git: it is the right one when
// mkdocs.yml stands in it, so that is what we look for, and the question for .git gets a yes.
const pick = window.showDirectoryPicker?.bind(window);
if (pick) {
  window.showDirectoryPicker = async () => {
    const folder = await pick({ id: "tamizdat", mode: "readwrite" });
    await folder.getFileHandle("mkdocs.yml");
    const below = folder.getDirectoryHandle.bind(folder);
    folder.getDirectoryHandle = (name, options) => (name === ".git" ? Promise.resolve(folder) : below(name, options));
    return folder;
  };
}
const { default: CMS } = await import("./cms/npm/index.js");
CMS.init();
