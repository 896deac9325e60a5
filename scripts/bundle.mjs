// One file of the commands that need a clone only, so that they start without resolving hundreds of modules (ADR 0120), and small
// ones for `helm template` and `kustomize build`, which are called in place of programs that start at once (ADR 0170, 0175).
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "vite";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, "dist/bundle");
const bundles = [
  { name: "start", inputs: { start: "apps/start/start.js" } },
  { name: "helm", inputs: { helm: "apps/cli/bundled-helm.js" } },
  { name: "kustomize", inputs: { kustomize: "apps/cli/bundled-kustomize.js" } },
  { name: "impact", inputs: { impact: "apps/cli/bundled-impact.js", "impact-late": "\0late-part", "impact-re2": "\0re2-part" } },
  { name: "program", inputs: { program: "apps/cli/bundled-program.js" } },
];

/** What `impact` calls only where more than a few overlays are rendered, in a part of its own: module → functions. */
const lateModules = new Map([
  ["core/helm/kustomize-renderer.js", ["helmRenderer"]],
  ["core/render/helm-renderer.js", ["helmRenderer"]],
  [
    "core/applicationset/index.js",
    ["admitApplicationSet", "clustersFromInventory", "decodeApplicationSet", "generate", "needKey"],
  ],
]);

/** The HTTP client is large, and only charts of registries ask for it: it is loaded when it is first called. */
const lazyUndici = {
  name: "lazy-undici",
  enforce: "pre",
  resolveId: (id) => (id === "undici" ? "\0undici" : undefined),
  load(id) {
    if (id !== "\0undici") return undefined;
    const made = ["Agent", "ProxyAgent", "Pool"].map(
      (name) => `export class ${name} { constructor(...args) { return new (load().${name})(...args); } }`,
    );
    const called = ["fetch", "request"].map((name) => `export const ${name} = (...args) => load().${name}(...args);`);
    const load = 'import { createRequire } from "node:module"; const load = () => createRequire(import.meta.url)("undici");';
    return [load, ...made, ...called].join("\n");
  },
};

/** Charts of registries and repositories are never asked for in the small bundle. */
const withoutRegistries = {
  name: "without-registries",
  enforce: "pre",
  resolveId: (id) => (/(adapters\/charts\/\S*|helm-dependency)\.js$/.test(id) ? { id, external: true } : undefined),
};

/** `diff --live` is never run from the bundle: clients of clusters stay out of it. */
const withoutClusters = {
  name: "without-clusters",
  enforce: "pre",
  resolveId: (id) =>
    /(inspect\/(open-inspector|live-fleet)|read-only-inspector|adapters\/kubernetes\/kube\S*)\.js$/.test(id)
      ? { id, external: true }
      : undefined,
};

/** A part of a bundle that is loaded when one of its functions is called; `loadPart` is given by who loads the bundle (`apps/start/bundle.ts`). */
const lateParts = {
  name: "late-parts",
  enforce: "pre",
  async resolveId(id, importer, options) {
    if (id === "\0late-part" || id === "\0re2-part") return id;
    if (importer === undefined || importer === "\0late-part" || importer === "\0re2-part" || id.startsWith("\0"))
      return undefined;
    if (id === "re2js") return "\0late:re2js";
    const found = await this.resolve(id, importer, { ...options, skipSelf: true });
    const late = [...lateModules.keys()].find((name) => found?.id === join(root, "dist", name));
    return late && `\0late:${late}`;
  },
  load(id) {
    if (id === "\0re2-part") return 'export { RE2JS } from "re2js";';
    if (id === "\0late-part")
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

export async function makeBundle() {
  mkdirSync(folder, { recursive: true });
  const packages = new Set();
  for (const bundle of bundles)
    for (const { fileName, code, modules } of await bundled(bundle)) {
      for (const id of Object.keys(modules)) {
        const directory = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0];
        if (directory) packages.add(directory);
      }
      // One byte a character: read and kept at half the cost.
      const ascii = (bundle.name === "program" ? code : lazily(code)).replace(
        /[^\0-\x7f]/g,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
      );
      // The others are run by `apps/start/bundle.ts`, in place of Node's own loader.
      const isModule = bundle.name === "start";
      writeFileSync(
        join(folder, fileName),
        isModule ? ascii : `(function (exports, require, module, __filename, __dirname, loadPart) {${ascii}\n})`,
      );
    }
  // What is copied into the bundles keeps its licence beside them.
  writeFileSync(join(folder, "LICENSES.txt"), [...packages].map(licenceOf).join("\n"));
}

async function bundled({ name, inputs }) {
  const result = await build({
    root,
    configFile: false,
    logLevel: "error",
    plugins: [
      lazyUndici,
      withoutClusters,
      ...(name === "helm" ? [withoutRegistries] : []),
      ...(name === "impact" ? [lateParts] : []),
    ],
    ssr: { noExternal: true },
    build: {
      ssr: true,
      target: "node20.19",
      minify: false,
      write: false,
      emptyOutDir: false,
      rolldownOptions: {
        input: Object.fromEntries(
          Object.entries(inputs).map(([part, entry]) => [part, entry.startsWith("\0") ? entry : join(root, "dist", entry)]),
        ),
        preserveEntrySignatures: "allow-extension",
        output: {
          format: "cjs",
          entryFileNames: "[name].cjs",
          chunkFileNames: `${name}-shared.cjs`,
          ...(Object.keys(inputs).length === 1 ? { codeSplitting: false } : {}),
        },
      },
    },
  });
  return [result].flat()[0].output;
}

/** Large parts of Node that few renders use are loaded when they are used. */
function lazily(code) {
  return code.replace(
    /require\("(node:(?:crypto|child_process|fs\/promises|os))"\)/g,
    (_, name) => `new Proxy({}, { get: (_, key) => require("${name}")[key] })`,
  );
}

function licenceOf(directory) {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  const text = ["LICENSE", "LICENSE.md", "LICENSE.txt", "license"].map((each) => join(directory, each)).find(existsSync);
  return `${name} ${version} (${license})\n\n${text ? readFileSync(text, "utf8") : ""}\n`;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await makeBundle();
