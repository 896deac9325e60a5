// One file of the commands that need a clone only, so that they start without resolving hundreds of modules (ADR 0120), and small
// ones for `helm template` and `kustomize build`, which are called in place of programs that start at once (ADR 0170, 0175).
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "vite";
import { lateParts } from "./late-parts.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, "dist/bundle");
const bundles = [
  { name: "start", inputs: { start: "apps/start/start.js" } },
  { name: "helm", inputs: { helm: "apps/cli/bundled-helm.js" } },
  { name: "kustomize", inputs: { kustomize: "apps/cli/bundled-kustomize.js" } },
  {
    name: "impact",
    inputs: { impact: "apps/cli/bundled-impact.js", "impact-late": lateParts.late, "impact-re2": lateParts.re2 },
  },
  { name: "program", inputs: { program: "apps/cli/bundled-program.js" } },
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
      ...(name === "impact" ? [lateParts.plugin] : []),
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
