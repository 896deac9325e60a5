// build (done by run.mjs) → unit, beside it types, lint and conformance. `--with-demo` plays the demo once as well, `--with-e2e` runs
// test/e2e against real servers. The last line counts every test and conformance case: `N passed, N failed, N skipped`.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { bin, root } from "./setup.mjs";

const totals = { passed: 0, failed: 0, skipped: 0 };
const withDemo = process.argv.includes("--with-demo");

// With certificates named there, Node parses all that it has at each of many hundred starts. Nothing here opens a connection that needs one.
delete process.env.NODE_EXTRA_CA_CERTS;

/** `isAside`: what it prints is shown when it ends, so that it does not get between the lines of the step beside it. */
async function step(title, command, args, { count, isAside = false } = {}) {
  const head = `\n── ${title}\n`;
  const printed = [];
  const show = (stream, chunk) => (isAside ? printed.push(chunk) : stream.write(chunk));
  if (!isAside) process.stdout.write(head);
  const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NO_COLOR: "1" } });
  const output = [];
  child.stdout.on("data", (chunk) => {
    output.push(chunk);
    show(process.stdout, chunk);
  });
  child.stderr.on("data", (chunk) => show(process.stderr, chunk));
  const [status] = await once(child, "close");
  if (isAside) process.stdout.write(Buffer.concat([Buffer.from(head), ...printed]));
  const found = count?.(Buffer.concat(output).toString("utf8"));
  if (found) for (const key of Object.keys(totals)) totals[key] += found[key] ?? 0;
  if (status !== 0 && !found?.failed) totals.failed += 1;
}

function vitestCounts(output) {
  const line = /^\s*Tests\s+(.*)$/m.exec(output)?.[1] ?? "";
  const number = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0);
  return { passed: number("passed"), failed: number("failed"), skipped: number("skipped") };
}

function conformanceCounts(output) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [, passed, failed] of output.matchAll(/^[\w-]+: (\d+) passed, (\d+) failed$/gm)) {
    counts.passed += Number(passed);
    counts.failed += Number(failed);
  }
  for (const [, count] of output.matchAll(/^skipped (\d+): /gm)) counts.skipped += Number(count);
  return counts;
}

async function checksBeside() {
  const isAside = true;
  await step("types of the tests", bin("tsc"), ["-p", "tsconfig.tests.json"], { isAside });
  await step("types of the page", bin("tsc"), ["-p", "web/tsconfig.json"], { isAside });
  await step("lint", bin("biome"), ["check", "--error-on-warnings", "."], { isAside });
  await step("conformance", process.execPath, ["dist-test/conformance/run.js"], { count: conformanceCounts, isAside });
}

// The unit tests keep hardly more than one processor busy.
await Promise.all([step("unit", bin("vitest"), ["run"], { count: vitestCounts }), checksBeside()]);
if (withDemo && existsSync(join(root, "dist/apps/cli/demo.js"))) {
  await step("demo", process.execPath, ["dist/apps/main.js", "demo", "--once"]);
}
if (process.argv.includes("--with-e2e")) {
  const run = ["run", "--config", "vitest.e2e.config.ts"];
  // A fifth of the time is one file that starts a controller fifty times and leaves a processor free: it runs beside the others.
  const aside = "test/e2e/kill-simulator.test.ts";
  await Promise.all([
    step("e2e", bin("vitest"), [...run, "--exclude", aside], { count: vitestCounts }),
    step("e2e: kills on the simulator", bin("vitest"), [...run, aside], { count: vitestCounts, isAside: true }),
  ]);
}
process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`);
process.exit(totals.failed === 0 ? 0 : 1);
