import { benches } from "./benches.js";

/** A benchmark prints its own table and gives 0, or 1 where an answer was wrong (then without a time). */
// With certificates named there, Node parses all that it has whenever it starts: 50 ms of each of our processes, of which none opens a connection.
delete process.env["NODE_EXTRA_CA_CERTS"];
const [name, ...args] = process.argv.slice(2);
const bench = benches.get(name ?? "");
if (!bench) {
  process.stderr.write(`usage: npm run bench -- ${[...benches.keys()].join("|")}\n`);
  process.exitCode = 2;
} else {
  process.exitCode = await bench(args);
}
