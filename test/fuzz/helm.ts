import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runProgram } from "#src/apps/cli/program.js";
import { recordingIo } from "../recorded-run.js";
import type { Fuzzer } from "./fuzzers.js";
import { type ChartCase, randomChart } from "./helm-cases.js";
import { repaired } from "./helm-repair.js";
import { chartValues, mutatedValues } from "./helm-values.js";
import { Random } from "./random.js";

/**
 * Random charts, and real ones (HELM_CHARTS, a folder of .tgz) with random values, through the `helm` binary (HELM_BIN or PATH) and ours.
 * Compared: output, whether there is an error, and its innermost reason.
 */
export const fuzzHelm: Fuzzer = async ({ seconds, seed }) => {
  const helm = process.env["HELM_BIN"] ?? "helm";
  if (spawnSync(helm, ["version"]).status !== 0) {
    process.stdout.write("helm: skipped, there is no helm binary (set HELM_BIN)\n");
    return 0;
  }
  const charts = realCharts(process.env["HELM_CHARTS"] ?? "../shared/conformance/helm/charts");
  const deadline = Date.now() + seconds * 1000;
  let cases = 0;
  let errors = 0;
  let differences = 0;
  for (let current = seed; Date.now() < deadline; current++) {
    const random = new Random(current);
    const folder = mkdtempSync(join(tmpdir(), "helm-fuzz-"));
    try {
      const args = charts.length > 0 && current % 3 === 0 ? realCase(random, charts, folder) : await randomCase(random, folder);
      const expected = runBinary(helm, args, folder);
      const actual = await runOurs(args, folder);
      cases += 1;
      if (expected.exit !== 0) errors += 1;
      const why = difference(expected, actual);
      if (why === undefined || difference(expected, runBinary(helm, args, folder)) !== undefined) continue;
      differences += 1;
      process.stdout.write(`DIFFERS seed ${current}: helm template ${args.join(" ")}\n${why}\n`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  process.stdout.write(
    `helm: ${cases} cases (${errors} with an error) from seed ${seed} in ${seconds} s, ${differences} differences\n`,
  );
  return differences === 0 ? 0 : 1;
};

function realCharts(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".tgz"))
    .sort()
    .map((name) => join(process.cwd(), folder, name));
}

function realCase(random: Random, charts: readonly string[], folder: string): readonly string[] {
  const chart = random.pick(charts);
  writeFileSync(join(folder, "values.yaml"), mutatedValues(random, chartValues(chart)));
  const more = random.chance(0.3) ? ["--kube-version", random.pick(["1.22.0", "1.28", "1.34.1"])] : [];
  return [
    "rel",
    chart,
    "-f",
    "values.yaml",
    ...more,
    ...(random.chance(0.2) ? ["--api-versions", "monitoring.coreos.com/v1"] : []),
  ];
}

/** Two of three random charts are made to render, so that all of their output is compared. */
async function randomCase(random: Random, folder: string): Promise<readonly string[]> {
  const found = randomChart(random);
  const errorOf = async (chart: ChartCase): Promise<string | undefined> => {
    write(chart, folder);
    const { exit, error } = await runOurs(chart.args, folder);
    return exit === 0 ? undefined : error;
  };
  const chart = random.chance(0.67) ? await repaired(found, errorOf) : found;
  write(chart, folder);
  return chart.args;
}

function write({ files }: ChartCase, folder: string): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

interface Outcome {
  readonly exit: number;
  readonly output: string;
  readonly error: string;
}

function runBinary(helm: string, args: readonly string[], folder: string): Outcome {
  const home = join(folder, ".home");
  const env = { ...process.env, HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home, TZ: "UTC" };
  const { status, stdout, stderr } = spawnSync(helm, ["template", ...args], {
    cwd: folder,
    env,
    encoding: "utf8",
    maxBuffer: 64 << 20,
  });
  return { exit: status ?? 1, output: stdout, error: stderr.slice(Math.max(0, stderr.indexOf("Error: "))) };
}

async function runOurs(args: readonly string[], cwd: string): Promise<Outcome> {
  const { io, recorded } = recordingIo(cwd);
  try {
    await runProgram(io, ["helm", "template", ...args]);
  } catch (thrown) {
    return { exit: 99, output: recorded.out, error: `CRASH ${thrown instanceof Error ? thrown.stack : String(thrown)}` };
  }
  const { out: output, err: error, code: exit } = recorded;
  return { exit, output, error: error.slice(Math.max(0, error.indexOf("Error: "))) };
}

function difference(expected: Outcome, actual: Outcome): string | undefined {
  if ((expected.exit === 0) !== (actual.exit === 0) || actual.exit === 99)
    return `exit ${actual.exit} instead of ${expected.exit}\n  ours: ${actual.error}\n  helm: ${expected.error}`;
  if (expected.exit !== 0) {
    const [ours, theirs] = [reason(actual.error), reason(expected.error)];
    return ours === theirs ? undefined : `error\n  ours: ${ours}\n  helm: ${theirs}`;
  }
  if (expected.output === actual.output) return undefined;
  const ours = actual.output.split("\n");
  const theirs = expected.output.split("\n");
  const line = ours.findIndex((text, index) => text !== theirs[index]);
  return `line ${line + 1}\n  ours: ${ours[line]?.slice(0, 300)}\n  helm: ${theirs[line]?.slice(0, 300)}`;
}

/** The last line of the chain of reasons, without hints. */
function reason(text: string): string {
  const bare = text.replace(/\n*Use --debug flag[^\n]*\n*/g, "").trim();
  // The original walks over Go maps here.
  return bare.includes("the specifications of the schema(s)") ? bare.split("\n").sort().join("\n") : bare;
}
