import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly exports: Readonly<Record<string, { readonly default: string }>>;
};

test.each([
  ["README.md", "name: dev-settings"],
  ["docs/kustomize.md", "name: prod-web"],
  ["docs/helm.md", "spec: {replicas: 3}"],
])("the library example of %s runs as it stands", (page, expected) => {
  const folder = mkdtempSync(join(tmpdir(), "fleetwright-example-"));
  try {
    const example = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, page), "utf8"))?.[1] ?? "";
    // Node finds the package by its name only below it: elsewhere by what its `exports` say.
    const program = example.replace(/"fleetwright\/(\w+)"/g, (_, name) => JSON.stringify(moduleOf(`./${name}`)));
    writeFileSync(join(folder, "example.mjs"), program);
    expect(execFileSync(process.execPath, [join(folder, "example.mjs")], { encoding: "utf8" })).toContain(expected);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function moduleOf(name: string): string {
  return pathToFileURL(join(root, exports[name]!.default)).href;
}
