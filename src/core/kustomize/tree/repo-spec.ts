/** A git repository, and the directory in it, that a URL of a kustomization means. */
export interface RepoSpec {
  readonly raw: string;
  /** What to clone: host and repository path. */
  readonly cloneSpec: string;
  readonly repoPath: string;
  /** Directory in the repository, "" for its root. */
  readonly path: string;
  /** "" for the default branch. */
  readonly ref: string;
  readonly submodules: boolean;
}

const anySegments = -1;

/** Reads the URL forms that Kustomize takes for repositories; undefined for what is a local path. */
export function parseRepoSpec(url: string): RepoSpec | undefined {
  if (url.startsWith("/")) return undefined;
  const question = url.indexOf("?");
  const base = question < 0 ? url : url.slice(0, question);
  const query = parseQuery(question < 0 ? "" : url.slice(question + 1));
  const host = splitHost(base);
  if (host === undefined) return undefined;
  const parts = splitRepo(host.rest, host.host.startsWith("file://") ? anySegments : 2);
  if (parts === undefined || parts.repo === "" || leavesRepo(parts.path)) return undefined;
  return {
    raw: url,
    cloneSpec: host.host + parts.repo,
    repoPath: parts.repo,
    path: parts.path.replace(/^\//, ""),
    ...query,
  };
}

function parseQuery(query: string): { readonly ref: string; readonly submodules: boolean } {
  const values = new Map<string, string>();
  for (const part of query.split("&")) {
    if (part === "") continue;
    if (part.includes(";")) return { ref: "", submodules: true };
    const equals = part.indexOf("=");
    const key = decodeQuery(equals < 0 ? part : part.slice(0, equals));
    const value = decodeQuery(equals < 0 ? "" : part.slice(equals + 1));
    if (key === undefined || value === undefined) return { ref: "", submodules: true };
    if (!values.has(key)) values.set(key, value);
  }
  const submodules = values.get("submodules") ?? "";
  return {
    ref: values.get("ref") || values.get("version") || "",
    submodules: !["0", "f", "F", "false", "False", "FALSE"].includes(submodules),
  };
}

function decodeQuery(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}

interface Host {
  readonly host: string;
  readonly rest: string;
}

function splitHost(url: string): Host | undefined {
  let rest = /^git::/i.test(url) ? url.slice(5) : url;
  let scheme = /^(ssh|https?|file):\/\//i.exec(rest)?.[0] ?? "";
  rest = rest.slice(scheme.length);
  scheme = scheme.toLowerCase();
  let user = /^[a-zA-Z][a-zA-Z0-9-]*@/.exec(rest)?.[0] ?? "";
  rest = rest.slice(user.length);
  const isGithub = /^github\.com[/:]/i.test(rest);
  const isScp = scheme === "" && (user !== "" || isGithub);
  if (scheme === "" && !isScp) return undefined;
  if (scheme === "file://") return { host: scheme, rest: user + rest };
  let separator = rest.indexOf("/");
  if (isScp) {
    const colon = rest.indexOf(":");
    if (separator < 0 || (colon > 0 && colon < separator)) separator = colon;
  }
  let host = separator < 0 ? rest : rest.slice(0, separator + 1);
  rest = separator < 0 ? "" : rest.slice(separator + 1);
  if (isGithub) {
    const isSsh = scheme.startsWith("ssh://") || user !== "";
    if (!isSsh) user = "";
    scheme = isSsh ? "" : "https://";
    host = isSsh ? "github.com:" : "github.com/";
  }
  return host === "" ? undefined : { host: scheme + user + host, rest };
}

interface RepoParts {
  readonly repo: string;
  readonly path: string;
}

function splitRepo(path: string, segments: number): RepoParts | undefined {
  const marked = splitAtMarker(path);
  if (marked) return marked;
  if (segments === anySegments) return { repo: path, path: "" };
  const parts = path.split("/");
  if (parts.length < segments) return undefined;
  return { repo: parts.slice(0, segments).join("/"), path: parts.slice(segments).join("/") };
}

/** `_git/REPO`, `//` or `.git` say where the repository ends. */
function splitAtMarker(path: string): RepoParts | undefined {
  const root = path.indexOf("_git/");
  if (root >= 0) {
    const [repo = "", ...rest] = path.slice(root + 5).split("/");
    return { repo: path.slice(0, root + 5) + repo, path: rest.join("/") };
  }
  const double = path.indexOf("//");
  if (double >= 0) return { repo: path.slice(0, double), path: path.slice(double + 2) };
  const suffix = path.indexOf(".git");
  if (suffix >= 0) return { repo: path.slice(0, suffix + 4), path: path.slice(suffix + 4) };
  return undefined;
}

function leavesRepo(path: string): boolean {
  const parts: string[] = [];
  for (const part of path.replace(/^\//, "").split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  return parts[0] === "..";
}
