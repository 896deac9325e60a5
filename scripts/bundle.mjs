// One file of the commands that need a clone only, so that they start without resolving hundreds of modules (ADR 0120), and small
// ones for `helm template` and `kustomize build`, which are called in place of programs that start at once (ADR 0170, 0175).
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "vite";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, "dist/bundle");
const bundles = [
  { file: "helm.cjs", entry: "cli/bundled-helm.js" },
  { file: "kustomize.cjs", entry: "cli/bundled-kustomize.js" },
  { file: "program.cjs", entry: "cli/bundled-program.js" },
  // What the package's `bin` names; as deep below `dist` as its source.
  { file: "bin/fleetwright.cjs", entry: "start/launcher.js" },
];

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

export async function makeBundle() {
  mkdirSync(join(folder, "bin"), { recursive: true });
  const packages = new Set();
  for (const { file, entry } of bundles) {
    const { code, modules } = await bundled(entry);
    for (const id of Object.keys(modules)) {
      const directory = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0];
      if (directory) packages.add(directory);
    }
    // One byte a character: read and kept at half the cost.
    writeFileSync(
      join(folder, file),
      (entry === "cli/bundled-program.js" ? code : lazily(code)).replace(
        /[^\0-\x7f]/g,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
      ),
    );
  }
  // What is copied into the bundles keeps its licence beside them.
  writeFileSync(join(folder, "LICENSES.txt"), [...packages].map(licenceOf).join("\n"));
}

async function bundled(entry) {
  const result = await build({
    root,
    configFile: false,
    logLevel: "error",
    plugins: [lazyUndici, withoutClusters, ...(entry === "cli/bundled-helm.js" ? [withoutRegistries] : [])],
    ssr: { noExternal: true },
    build: {
      ssr: join(root, "dist/apps", entry),
      target: "node20.19",
      minify: false,
      write: false,
      emptyOutDir: false,
      rolldownOptions: { output: { format: "cjs", codeSplitting: false } },
    },
  });
  return [result].flat()[0].output[0];
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
