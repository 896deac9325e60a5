import { InputError } from "../../errors.js";

/** A text with `{{name}}` places; `lookup` answers undefined for what is not known, which stays as it was written. */
export type FastTemplate = (lookup: (name: string) => string | undefined) => string;

const opened = "{{";
const closed = "}}";

/** Compiles Argo CD's untyped templates. Throws `InputError` code APPSET_TEMPLATE when a `{{` is never closed. */
export function compileFastTemplate(text: string): FastTemplate | undefined {
  // Argo CD: only a text with both braces on one line is a template at all.
  if (!/\{\{.*\}\}/.test(text)) return undefined;
  const texts: string[] = [];
  const tags: string[] = [];
  let rest = text;
  for (let start = rest.indexOf(opened); start >= 0; start = rest.indexOf(opened)) {
    texts.push(rest.slice(0, start));
    rest = rest.slice(start + opened.length);
    const end = rest.indexOf(closed);
    if (end < 0) {
      throw new InputError(
        `invalid template: cannot find end tag=${JSON.stringify(closed)} in the template=${JSON.stringify(text)} starting from ${JSON.stringify(rest)}`,
        { code: "APPSET_TEMPLATE", hint: "close the braces, or use goTemplate: true" },
      );
    }
    tags.push(rest.slice(0, end));
    rest = rest.slice(end + closed.length);
  }
  const names = tags.map((tag) => tag.trim());
  return (lookup) => {
    let made = "";
    for (let index = 0; index < tags.length; index++) {
      const name = names[index]!;
      made += texts[index]! + ((name === "" ? undefined : lookup(name)) ?? opened + tags[index]! + closed);
    }
    return made + rest;
  };
}
