/** `git@host:org/repo` → true: the scp-like form of an ssh URL. */
export function isScpLike(url: string): boolean {
  return /^[^/@\s]+@[^/:\s]+:(?!\/\/)/.test(url);
}

/**
 * The form in which two spellings of one repository are equal (Argo CD: NormalizeGitURL): lower case, without `.git`, trailing slash,
 * user and port 22 of ssh; the scp-like form becomes an ssh URL.
 */
export function normalizeRepositoryURL(repoURL: string): string {
  let url = repoURL.trim().toLowerCase();
  if (isScpLike(url)) {
    const colon = url.indexOf(":");
    url = `ssh://${url.slice(0, colon)}/${url.slice(colon + 1).replace(/^\/+/, "")}`;
  }
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/]*)(.*)$/.exec(url);
  if (match) {
    const [, protocol, authority = "", path = ""] = match;
    const host = authority.slice(authority.lastIndexOf("@") + 1).replace(protocol === "ssh" ? /:22$/ : /$^/, "");
    url = `${protocol}://${host}${path}`;
  }
  return url.replace(/\/+$/, "").replace(/\.git$/, "");
}

/** Whether two URLs name the same repository. */
export function sameRepositoryURL(left: string, right: string): boolean {
  return left === right || normalizeRepositoryURL(left) === normalizeRepositoryURL(right);
}

/** Whether a URL is written with a parameter of a generator, which only its value would turn into one. */
export function hasParameter(repoURL: string): boolean {
  return repoURL.includes("{{");
}
