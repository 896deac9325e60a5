/**
 * A repository URL in the form in which Argo CD compares it: lower case, without `.git`, ssh in one spelling. "" when Go could
 * not parse it.
 */
export function normalizeGitUrl(url: string): string {
  let text = url.trim().toLowerCase();
  if (/^(ssh:\/\/)?([^/:]*?)@[^@]+$/.test(text) && !text.startsWith("ssh://")) {
    text = `ssh://${text.replace(":", "/")}`;
  }
  if (text.endsWith(".git")) text = text.slice(0, -4);
  return (reprint(text) ?? "").replace(/^ssh:\/\//, "");
}

/** What Go's url.Parse(text).String() gives; undefined for an error. */
function reprint(text: string): string | undefined {
  if (/[\u0000-\u001f\u007f]/.test(text) || text.startsWith(":")) return undefined;
  const [beforeFragment = "", ...fragments] = splitOnce(text, "#");
  const [main = "", ...query] = splitOnce(beforeFragment, "?");
  const scheme = /^[a-z][a-z0-9+.-]*:/.exec(main)?.[0] ?? "";
  const rest = main.slice(scheme.length);
  const tail = (query.length > 0 ? `?${query[0]}` : "") + (fragments[0] ? `#${fragments[0]}` : "");
  if (scheme === "" && /^[^/]*:/.test(rest)) return undefined;
  if (scheme !== "" && !rest.startsWith("/")) return scheme + rest + tail;
  const authority = /^\/\/([^/]*)/.exec(rest)?.[1];
  if (authority === undefined || rest.startsWith("///"))
    return withPath(scheme + (rest.startsWith("///") ? "//" : ""), rest.replace(/^\/\/(?=\/)/, ""), tail);
  if (!isAuthority(authority)) return undefined;
  return withPath(`${scheme}//${authority}`, rest.slice(2 + authority.length), tail);
}

function withPath(before: string, path: string, tail: string): string | undefined {
  if (/%(?![0-9a-f]{2})/.test(path)) return undefined;
  if (/^[a-z0-9\-_.~!$&'()*+,;=:@/%[\]]*$/.test(path)) return before + path + tail;
  // Go: one character that a path may not hold has the whole path encoded anew, `*` and brackets too.
  const decoded = path.replace(/%([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const encoded = encodeURIComponent(decoded)
    .replace(/%(24|26|2B|2C|2F|3A|3B|3D|40)/g, (whole) => decodeURIComponent(whole))
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return before + encoded + tail;
}

function isAuthority(authority: string): boolean {
  const at = authority.lastIndexOf("@");
  const user = at < 0 ? "" : authority.slice(0, at);
  const host = authority.slice(at + 1);
  if (!/^[a-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user)) return false;
  if (!/^[a-z0-9\-_.~!$&'()*+,;=:[\]<>"\u0080-\uffff]*$/.test(host)) return false;
  const bracketed = host.startsWith("[") ? host.slice(host.lastIndexOf("]") + 1) : host.slice(Math.max(0, host.lastIndexOf(":")));
  return !bracketed.startsWith(":") || /^:\d*$/.test(bracketed);
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
