import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

test("the example of docs/kustomize.md runs against the published entry as it stands there", () => {
  const page = readFileSync(join(root, "docs/kustomize.md"), "utf8");
  const example = /^```ts\n(import .*?from "fleetwright\/kustomize";\n.*?)^```$/ms.exec(page)?.[1] ?? "";
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", example], {
    cwd: root,
    encoding: "utf8",
  });
  expect({ stdout, stderr }).toEqual({
    stdout: "apiVersion: v1\nkind: Service\nmetadata:\n  name: prod-web\n",
    stderr: "",
  });
});
