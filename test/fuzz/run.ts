import { parseArgs } from "node:util";
import { fuzzers } from "./fuzzers.js";

/** `npm run fuzz -- NAME [--seconds N] [--seed S] [--only MAKERS] [--keep DIR]`: exit code 1 when something differs, 0 also where there is no oracle. */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: "string" }, seed: { type: "string" }, only: { type: "string" }, keep: { type: "string" } },
});
const fuzz = fuzzers.get(positionals[0] ?? "");
if (!fuzz) {
  process.stderr.write(
    `usage: npm run fuzz -- ${[...fuzzers.keys()].join("|")} [--seconds N] [--seed S] [--only MAKERS] [--keep DIR]\n`,
  );
  process.exitCode = 2;
} else {
  process.exitCode = await fuzz({
    seconds: Number(values.seconds ?? 60),
    seed: Number(values.seed ?? 1),
    only: values.only,
    keep: values.keep,
  });
}
