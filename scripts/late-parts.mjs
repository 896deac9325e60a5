// Parts of the bundle of `impact` that are loaded when one of their functions is called (ADR 0176).
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const late = "\0late-part";
const re2 = "\0re2-part";

/** What `impact` calls only where more than a few overlays are rendered, in a part of its own: module → functions. */
const lateModules = new Map([
  ["core/helm/kustomize-renderer.js", ["helmRenderer"]],
  ["core/render/helm-renderer.js", ["helmRenderer"]],
  [
    "core/applicationset/index.js",
    ["admitApplicationSet", "clustersFromInventory", "decodeApplicationSet", "generate", "needKey"],
  ],
]);

/** A part of a bundle that is loaded when one of its functions is called; `loadPart` is given by who loads the bundle (`apps/start/bundle.ts`). */
const plugin = {
  name: "late-parts",
  enforce: "pre",
  async resolveId(id, importer, options) {
    if (id === late || id === re2) return id;
    if (importer === undefined || importer === late || importer === re2 || id.startsWith("\0")) return undefined;
    if (id === "re2js") return "\0late:re2js";
    const found = await this.resolve(id, importer, { ...options, skipSelf: true });
    const name = [...lateModules.keys()].find((each) => found?.id === join(root, "dist", each));
    return name && `\0late:${name}`;
  },
  load(id) {
    if (id === re2) return 'export { RE2JS } from "re2js";';
    if (id === late)
      return [...lateModules]
        .flatMap(([name, functions]) =>
          functions.map(
            (each) => `export { ${each} as ${partName(name, each)} } from ${JSON.stringify(join(root, "dist", name))};`,
          ),
        )
        .join("\n");
    // A proxy of a function: it is a class to `instanceof`.
    if (id === "\0late:re2js")
      return 'export const RE2JS = new Proxy(function () {}, { get: (_, key) => loadPart("impact-re2").RE2JS[key] });';
    const functions = id.startsWith("\0late:") ? lateModules.get(id.slice("\0late:".length)) : undefined;
    return functions
      ?.map(
        (each) =>
          `export const ${each} = (...args) => loadPart("impact-late").${partName(id.slice("\0late:".length), each)}(...args);`,
      )
      .join("\n");
  },
};

function partName(module, name) {
  return `${module.replace(/\W/g, "_")}_${name}`;
}

/** The inputs of the parts, and the plugin of Rolldown that puts calls of them into the bundle. */
export const lateParts = { late, re2, plugin };
