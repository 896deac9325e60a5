import { compileGoRegex } from "./regex.js";

/** Whether a reference is of this image, whatever its tag or digest; the name is a regular expression. */
export function imageMatcher(name: string): (text: string) => boolean {
  const suffix = "(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$";
  if (/^[A-Za-z0-9_/:@-]*$/.test(name)) {
    const rest = new RegExp(`^${suffix}`);
    return (text) => text.startsWith(name) && rest.test(text.slice(name.length));
  }
  // A dot is any character, as in the original; nothing else in such a name means more than itself.
  if (/^[A-Za-z0-9_/:@.-]*$/.test(name)) {
    const regex = new RegExp(`^${name.replaceAll(".", "[^\\n]")}${suffix}`, "u");
    return (text) => regex.test(text);
  }
  let pattern: ((text: string) => boolean) | undefined;
  // A name that is no expression is an error for the first image only.
  return (text) => (pattern ??= compileGoRegex(`^${name}${suffix}`))(text);
}

export interface ImageParts {
  readonly name: string;
  readonly tag: string;
  readonly digest: string;
}

export function splitImage(text: string): ImageParts {
  const slash = Math.max(0, text.indexOf("/"));
  const rest = text.slice(slash);
  const at = rest.indexOf("@");
  const colon = rest.indexOf(":");
  if (at < 0 && colon < 0) return { name: text, tag: "", digest: "" };
  if (at >= 0 && (colon < 0 || at < colon))
    return { name: text.slice(0, slash + at), tag: "", digest: text.slice(slash + at + 1) };
  const name = text.slice(0, slash + colon);
  if (at < 0) return { name, tag: text.slice(slash + colon + 1), digest: "" };
  return { name, tag: text.slice(slash + colon + 1, slash + at), digest: text.slice(slash + at + 1) };
}
