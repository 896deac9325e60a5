// Finds etcd, kube-apiserver and kube-controller-manager, or builds them once into a cache folder.
// Order: KUBEBUILDER_ASSETS (the field's convention) → PATH → the cache → a Go build → none, with the reason.
// `node test/e2e/kubernetes-assets.mjs` prints the folder, or the reason on standard error (exit code 3).
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const kubernetesVersion = "1.35.4";
const etcdVersion = "3.6.16";
const names = ["etcd", "kube-apiserver", "kube-controller-manager"];

/** `{folder}` with the three programs in it, or `{missing}` with the reason. */
export function findKubernetesAssets({ build = true, log = (line) => process.stderr.write(`${line}\n`) } = {}) {
  const given = process.env.KUBEBUILDER_ASSETS;
  if (given)
    return hasAll(given) ? { folder: given } : { missing: `KUBEBUILDER_ASSETS=${given} lacks one of ${names.join(", ")}` };
  const onPath = (process.env.PATH ?? "").split(delimiter).find((folder) => hasAll(folder));
  if (onPath) return { folder: onPath };
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "fleetwright", `kubernetes-${kubernetesVersion}`);
  if (hasAll(cache)) return { folder: cache };
  if (!build) return { missing: "no Kubernetes API server: set KUBEBUILDER_ASSETS" };
  if (spawnSync("go", ["version"]).status !== 0)
    return { missing: "no Kubernetes API server: set KUBEBUILDER_ASSETS, or install Go so that it can be built" };
  mkdirSync(cache, { recursive: true });
  try {
    if (!isProgram(join(cache, "etcd"))) buildEtcd(cache, log);
    buildKubernetes(cache, log);
  } catch (error) {
    return { missing: `the Kubernetes API server could not be built: ${error.message}` };
  }
  return { folder: cache };
}

function hasAll(folder) {
  return names.every((name) => isProgram(join(folder, name)));
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function buildEtcd(cache, log) {
  log(`Building etcd ${etcdVersion} (about three minutes, once) …`);
  const work = freshModule(cache, "etcd-module");
  go(work, ["get", `go.etcd.io/etcd/server/v3@v${etcdVersion}`]);
  install(work, cache, "etcd", "go.etcd.io/etcd/server/v3", "-s -w");
  rmSync(work, { recursive: true, force: true });
}

/** Kubernetes names its own staging modules by relative paths; each is replaced by its published version. */
function buildKubernetes(cache, log) {
  log(`Building kube-apiserver and kube-controller-manager ${kubernetesVersion} (about five minutes, once) …`);
  const work = freshModule(cache, "kubernetes-module");
  const module = `k8s.io/kubernetes@v${kubernetesVersion}`;
  const downloaded = JSON.parse(go(work, ["mod", "download", "-json", module]));
  const requirements = JSON.parse(go(work, ["mod", "edit", "-json", downloaded.GoMod]));
  const staging = (requirements.Replace ?? [])
    .filter((entry) => entry.New.Path.startsWith("./staging/"))
    .map((entry) => entry.Old.Path);
  const stagingVersion = `v0.${kubernetesVersion.slice(2)}`;
  go(work, [
    "mod",
    "edit",
    `-go=${requirements.Go}`,
    `-require=${module}`,
    ...staging.map((path) => `-replace=${path}=${path}@${stagingVersion}`),
  ]);
  const programs = ["kube-apiserver", "kube-controller-manager"];
  go(work, ["get", ...programs.map((name) => `k8s.io/kubernetes/cmd/${name}@v${kubernetesVersion}`)]);
  const [major, minor] = kubernetesVersion.split(".");
  const version = "k8s.io/component-base/version";
  const flags = `-s -w -X ${version}.gitVersion=v${kubernetesVersion} -X ${version}.gitMajor=${major} -X ${version}.gitMinor=${minor}`;
  for (const name of programs) install(work, cache, name, `k8s.io/kubernetes/cmd/${name}`, flags);
  rmSync(work, { recursive: true, force: true });
}

function freshModule(cache, name) {
  const work = join(cache, name);
  if (existsSync(work)) rmSync(work, { recursive: true });
  mkdirSync(work, { recursive: true });
  go(work, ["mod", "init", "fleetwright.test/assets"]);
  return work;
}

function install(work, cache, name, packagePath, flags) {
  const partial = join(cache, `${name}.partial`);
  go(work, ["build", "-p", "2", "-trimpath", "-ldflags", flags, "-o", partial, packagePath]);
  renameSync(partial, join(cache, name));
}

function go(directory, args) {
  const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=mod", GOTOOLCHAIN: "local", GOWORK: "off" };
  const result = spawnSync("go", args, { cwd: directory, env, encoding: "utf8", maxBuffer: 1 << 28 });
  if (result.status !== 0)
    throw new Error(`go ${args[0]}: ${(result.stderr ?? String(result.error)).trim().split("\n").slice(-3).join(" ")}`);
  return result.stdout;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = findKubernetesAssets();
  if (found.missing) {
    process.stderr.write(`${found.missing}\n`);
    process.exit(3);
  }
  process.stdout.write(`${found.folder}\n`);
}
