import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** layer → what it must not reach. Each line becomes a file of that layer. */
const violations: readonly (readonly [layer: string, name: string, code: string])[] = [
  ["platform", "core", `import { InputError } from "../core/errors.js";\nexport const seen = InputError;`],
  ["core", "ports", `import type { Clock } from "../ports/clock.js";\nexport type Seen = Clock;`],
  ["core", "node-fs", `import { readFileSync } from "node:fs";\nexport const seen = readFileSync;`],
  ["core", "console", `export const seen = () => console.log("x");`],
  ["core", "timer", `export const seen = () => setTimeout(() => {}, 1);`],
  ["core", "environment", `export const seen = process.env;`],
  ["ports", "engine", `import type { Outcome } from "../engine/outcome.js";\nexport type Seen = Outcome<string>;`],
  ["engine", "adapters", `import { memoryCache } from "../adapters/memory/memory-cache.js";\nexport const seen = memoryCache;`],
  ["engine", "node-fs", `import { readFileSync } from "node:fs";\nexport const seen = readFileSync;`],
  ["engine", "simulator", `import * as simulator from "../simulator/server.js";\nexport const seen = simulator;`],
  ["adapters", "engine", `import type { Outcome } from "../engine/outcome.js";\nexport type Seen = Outcome<string>;`],
  ["adapters", "simulator", `import * as simulator from "../simulator/server.js";\nexport const seen = simulator;`],
  ["simulator", "engine", `import type { Outcome } from "../engine/outcome.js";\nexport type Seen = Outcome<string>;`],
  ["simulator", "apps", `import type { CliIo } from "../apps/cli/io.js";\nexport type Seen = CliIo;`],
];

/** A legal import of each layer: shows that the seeded files are compiled at all and only the wall refuses them. */
const legal: readonly (readonly [layer: string, code: string])[] = [
  ["core", `import { sha256Hex } from "../platform/hash.js";\nexport const seen = sha256Hex;`],
  ["ports", `import { InputError } from "../core/errors.js";\nexport const seen = InputError;`],
  ["engine", `import type { Clock } from "../ports/clock.js";\nexport type Seen = Clock;`],
  ["adapters", `import type { Clock } from "../ports/clock.js";\nexport type Seen = Clock;`],
];

let copy = "";
let output = "";

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "fleetwright-walls-"));
  for (const name of ["src", "types", "tsconfig.base.json", "package.json"])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  for (const [layer, name, code] of violations) writeFileSync(join(copy, "src", layer, `seeded-${name}.ts`), `${code}\n`);
  for (const [layer, code] of legal) writeFileSync(join(copy, "src", layer, "legal.ts"), `${code}\n`);
  mkdirSync(join(copy, "dist"), { recursive: true });
  const built = spawnSync(join(root, "node_modules/.bin/tsc"), ["-b", "--pretty", "false", "src/apps"], {
    cwd: copy,
    encoding: "utf8",
  });
  output = built.stdout;
}, 120_000);

afterAll(() => rmSync(copy, { recursive: true, force: true }));

test.each(violations)("%s cannot reach %s", (layer, name) => {
  expect(output).toContain(`src/${layer}/seeded-${name}.ts(`);
});

test.each(legal)("%s may use the layer below", (layer) => {
  expect(output).not.toContain(`src/${layer}/legal.ts(`);
});
