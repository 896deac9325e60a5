// The commands of package.json: each sets up what is missing, then runs. `node scripts/run.mjs COMMAND [ARG ...]`
import { join } from "node:path";
import { bin, root, run, setup } from "./setup.mjs";

const [command, ...args] = process.argv.slice(2);

const commands = {
  demo: () => run(process.execPath, [join(root, "dist/apps/main.js"), "demo", ...args]),
  conformance: () => run(process.execPath, [join(root, "dist-test/conformance/run.js"), ...args]),
  bench: () => run(process.execPath, ["--expose-gc", join(root, "dist-test/bench/run.js"), ...args]),
  fuzz: () => run(process.execPath, [join(root, "dist-test/fuzz/run.js"), ...args]),
  e2e: () => run(bin("vitest"), ["run", "--config", "vitest.e2e.config.ts", ...args]),
  check: () => run(process.execPath, [join(root, "scripts/check.mjs"), ...args]),
  test: () => run(process.execPath, [join(root, "scripts/check.mjs"), "--with-demo", ...args]),
};

const chosen = commands[command];
if (!chosen) {
  process.stderr.write(`usage: node scripts/run.mjs ${Object.keys(commands).join("|")}\n`);
  process.exit(2);
}
setup();
process.exit(chosen());
