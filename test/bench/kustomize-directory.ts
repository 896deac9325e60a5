import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findKustomize } from "../kustomize/binary.js";
import { measured } from "./measured-process.js";

const main = join(dirname(fileURLToPath(import.meta.url)), "../../dist/apps/main.js");
const sizes = [250, 500, 1000, 2000];
const askedMs = 1000;
/** How much dearer a resource may be in a directory of twice the size before the time counts as growing faster than that. */
const tolerance = 1.5;

/** One directory with prefix, labels, images and a patch, in sizes that double: whole processes, and the original once at 1,000. */
export async function directoryBench(rounds: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "fleetwright-directory-"));
  try {
    const cpu = new Map<number, number>();
    for (const count of [2, ...sizes]) writeDirectory(join(folder, String(count)), count);
    let wallMs = Number.POSITIVE_INFINITY;
    let text: Buffer | undefined;
    for (let round = 0; round < rounds; round++) {
      for (const count of [2, ...sizes]) {
        const command = { program: process.execPath, args: [main, "kustomize", "build", join(folder, String(count))] };
        const { cost, outputs } = await measured([command], 1);
        cpu.set(count, Math.min(cpu.get(count) ?? Number.POSITIVE_INFINITY, cost.cpuMs || cost.wallMs));
        if (count !== 1000) continue;
        wallMs = Math.min(wallMs, cost.wallMs);
        text = outputs[0]!;
      }
    }
    const perResource = sizes.map((count) => (cpu.get(count)! - cpu.get(2)!) / count);
    const isLinear = perResource.every((cost, index) => index === 0 || cost <= perResource[index - 1]! * tolerance);
    for (const [index, count] of sizes.entries())
      line(`${count} resources in one directory, CPU of a process`, cpu.get(count)!, `${perResource[index]!.toFixed(2)} ms each`);
    line("1000 resources, best whole process", wallMs, `(asked: at most ${askedMs}) ${wallMs <= askedMs ? "ok" : "MISSED"}`);
    process.stdout.write(`grows with the number of resources: ${isLinear ? "yes" : "NO"}\n`);
    return (await agreesWithOriginal(join(folder, "1000"), text!)) && isLinear ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function agreesWithOriginal(directory: string, text: Buffer): Promise<boolean> {
  const binary = findKustomize();
  if (binary === undefined) return true;
  const { cost, outputs } = await measured([{ program: binary, args: ["build", directory] }], 1);
  const isRight = outputs[0]!.equals(text);
  if (isRight) line("1000 resources, kustomize build", cost.wallMs, "");
  else process.stdout.write("1000 resources: a WRONG answer, the times count for nothing\n");
  return isRight;
}

function line(what: string, ms: number, note: string): void {
  process.stdout.write(`${what.padEnd(58)} ${ms.toFixed(0).padStart(8)} ms  ${note}\n`);
}

function writeDirectory(directory: string, count: number): void {
  const names = Array.from({ length: count / 2 }, (_, index) => `app-${index}`);
  const kustomization = {
    resources: ["all.yaml"],
    namePrefix: "p-",
    labels: [{ pairs: { team: "a" }, includeSelectors: true }],
    images: [{ name: "nginx", newTag: "2" }],
    patches: [{ target: { kind: "Deployment" }, patch: '[{"op": "add", "path": "/spec/replicas", "value": 2}]' }],
  };
  mkdirSync(directory);
  writeFileSync(join(directory, "kustomization.yaml"), JSON.stringify(kustomization));
  writeFileSync(join(directory, "all.yaml"), names.map((name) => `${deployment(name)}---\n${config(name)}`).join("---\n"));
}

function deployment(name: string): string {
  return (
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec:\n  selector: {matchLabels: {app: ${name}}}\n` +
    `  template:\n    metadata: {labels: {app: ${name}}}\n    spec:\n      containers:\n      - name: main\n        image: nginx:1\n` +
    `        envFrom: [{configMapRef: {name: ${name}-cm}}]\n`
  );
}

function config(name: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}-cm}\ndata: {a: b}\n`;
}
