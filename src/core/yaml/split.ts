import { InputError } from "../errors.js";

export interface DocumentPart {
  readonly src: string;
  /** Lines of the text before this part. */
  readonly lineOffset: number;
}

/**
 * kyaml's reader: the text is cut at every line that begins with `---`, before any of it is parsed. Only blanks and a
 * comment may follow on that line. The first line of the text is no separator.
 */
export function splitKustomizeDocuments(src: string, file: string | undefined): readonly DocumentPart[] {
  const parts: DocumentPart[] = [];
  let start = 0;
  let lineOffset = 0;
  let at = src.indexOf("\n---");
  while (at >= 0) {
    const end = src.indexOf("\n", at + 1);
    if (end < 0) break;
    const rest = src.slice(at + 4, end).trim();
    const lines = countLines(src, start, at + 1);
    if (rest !== "" && !rest.startsWith("#")) {
      throw new InputError(`invalid document separator: ${src.slice(at, end).trim()}`, {
        code: "YAML_SEPARATOR",
        location: { file: file ?? "", line: lineOffset + lines + 1, column: 1 },
      });
    }
    parts.push({ src: src.slice(start, at + 1), lineOffset });
    lineOffset += lines + 1;
    // Each part is a stream of its own, which may begin with a byte order mark.
    start = src.charCodeAt(end + 1) === 0xfeff ? end + 2 : end + 1;
    at = src.indexOf("\n---", start);
  }
  parts.push({ src: src.slice(start), lineOffset });
  return parts;
}

function countLines(src: string, from: number, to: number): number {
  let lines = 0;
  for (let at = src.indexOf("\n", from); at >= 0 && at < to; at = src.indexOf("\n", at + 1)) lines += 1;
  return lines;
}
