import { isObject, listAt, stringAt, type ValueObject } from "../manifest/value.js";
import { joinInside } from "./memory-tree.js";

/** The sources as an Application's spec says them: `source` where there is one, else `sources`. */
export function writtenSources(spec: ValueObject): readonly ValueObject[] {
  return isObject(spec["source"]) ? [spec["source"]] : listAt(spec, "sources").filter(isObject);
}

/** The directory of the first source that has one; the top where none has, or where it leads out. */
export function firstDirectory(spec: ValueObject): string {
  const source = writtenSources(spec).find((one) => one["path"]);
  return joinInside(stringAt(source, "path")) ?? "";
}
