import { benches } from "./benches.js";

/** A benchmark prints its own table and gives 0, or 1 where an answer was wrong (then without a time). */
const [name, ...args] = process.argv.slice(2);
const bench = benches.get(name ?? "");
if (!bench) {
  process.stderr.write(`usage: npm run bench -- ${[...benches.keys()].join("|")}\n`);
  process.exitCode = 2;
} else {
  process.exitCode = await bench(args);
}
