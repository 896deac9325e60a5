import { parseConstraint, type SemverRelease, satisfies } from "../../semver/constraint.js";
import { compareVersions, formatVersion, parseVersion, type Version } from "../../semver/version.js";
import { functionError } from "../errors.js";
import { type FunctionTable, fn } from "../function.js";
import { type GoType, types } from "../value/type.js";
import { GoInt, type GoMethod, GoObject, type GoValue, int } from "../value/value.js";
import { nilDereference } from "./convert.js";

/** sprig's semver functions, on a release of the semver library. */
export function semverFunctions(release: SemverRelease): FunctionTable {
  return {
    semver: fn("string", (text) => new GoVersion(parsed(text))),
    semverCompare: fn("string string", (range, text) => {
      const constraint = parseConstraint(range, release);
      if ("error" in constraint) throw functionError(constraint.error);
      return satisfies(parsed(text), constraint.constraint);
    }),
  };
}

function parsed(text: string): Version {
  const result = parseVersion(text);
  if ("error" in result) throw functionError(result.error);
  return result.version;
}

/** `*semver.Version` */
export class GoVersion extends GoObject {
  readonly type: GoType = types.version;
  constructor(private readonly version: Version) {
    super();
  }

  override text(): string {
    return formatVersion(this.version);
  }

  override json(): GoValue {
    return this.text();
  }

  override fields(): readonly (readonly [string, GoValue])[] {
    const { major, minor, patch, prerelease, metadata, original } = this.version;
    return [
      ["major", uint64(major)],
      ["minor", uint64(minor)],
      ["patch", uint64(patch)],
      ["pre", prerelease],
      ["metadata", metadata],
      ["original", original],
    ];
  }

  override method(name: string): GoMethod | undefined {
    const { version } = this;
    switch (name) {
      case "String":
        return plain(() => formatVersion(version));
      case "Original":
        return plain(() => version.original);
      case "Major":
        return plain(() => uint64(version.major));
      case "Minor":
        return plain(() => uint64(version.minor));
      case "Patch":
        return plain(() => uint64(version.patch));
      case "Prerelease":
        return plain(() => version.prerelease);
      case "Metadata":
        return plain(() => version.metadata);
      case "IncMajor":
        return plain(() => bumped(version, { major: version.major + 1n, minor: 0n, patch: 0n }));
      case "IncMinor":
        return plain(() => bumped(version, { minor: version.minor + 1n, patch: 0n }));
      case "IncPatch":
        return plain(() => bumped(version, { patch: version.patch + (version.prerelease === "" ? 1n : 0n) }));
      case "Compare":
        return withOther((other) => int(compareVersions(version, other)));
      case "Equal":
        return withOther((other) => compareVersions(version, other) === 0);
      case "LessThan":
        return withOther((other) => compareVersions(version, other) < 0);
      case "LessThanEqual":
        return withOther((other) => compareVersions(version, other) <= 0);
      case "GreaterThan":
        return withOther((other) => compareVersions(version, other) > 0);
      case "GreaterThanEqual":
        return withOther((other) => compareVersions(version, other) >= 0);
      case "SetPrerelease":
        return withText((prerelease) => changed(version, { prerelease }));
      case "SetMetadata":
        return withText((metadata) => changed(version, { metadata }));
      default:
        return undefined;
    }
  }

  /** The version behind the pointer, for comparisons. */
  get value(): Version {
    return this.version;
  }
}

function uint64(value: bigint): GoInt {
  return new GoInt(types.uint64, BigInt.asUintN(64, value));
}

function plain(call: () => GoValue): GoMethod {
  return { params: [], variadic: false, call };
}

function withOther(call: (other: Version) => GoValue): GoMethod {
  return { params: [types.version], variadic: false, call: ([other]) => call(behind(other)) };
}

function behind(pointer: GoValue): Version {
  if (pointer instanceof GoVersion) return pointer.value;
  throw nilDereference();
}

function withText(call: (text: string) => GoValue): GoMethod {
  return { params: [types.string], variadic: false, call: ([text]) => call(text as string) };
}

function bumped(version: Version, change: Partial<Version>): GoVersion {
  return changed(version, { ...change, prerelease: "", metadata: "" });
}

function changed(version: Version, change: Partial<Version>): GoVersion {
  const next = { ...version, ...change };
  const prefix = version.original.startsWith("v") ? "v" : "";
  return new GoVersion({ ...next, original: prefix + formatVersion(next) });
}
