import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { inflateSync } from "node:zlib";
import { openPack, type PackFile, type StoredObject } from "./pack-file.js";

/** The objects of a repository on this machine, read without a git process (ADR 0121). */
export interface ObjectStore {
  /** Undefined for what is missing, or stored in a way that only git itself knows. */
  read(id: string): StoredObject | undefined;
  close(): void;
}

const deepest = 5;

/** Reads `objects` folders, packed and loose, with their alternates. `idBytes`: 20 for SHA-1, 32 for SHA-256. */
export function openObjectStore(folders: readonly string[], idBytes = 20): ObjectStore {
  const all = [...new Set(folders.flatMap((folder) => withAlternates(folder, 0)))];
  const packs = new Map<string, PackFile | undefined>();

  const openNewPacks = (): boolean => {
    const before = packs.size;
    for (const folder of all)
      for (const name of listed(join(folder, "pack"))) {
        const file = join(folder, "pack", name);
        if (name.endsWith(".idx") && !packs.has(file))
          packs.set(
            file,
            attempt(() => openPack(file, idBytes)),
          );
      }
    return packs.size > before;
  };

  const inPacks = (id: string): StoredObject | undefined => {
    for (const pack of packs.values()) {
      const found = pack?.read(id, read);
      if (found) return found;
    }
    return undefined;
  };

  const loose = (id: string): StoredObject | undefined => {
    for (const folder of all) {
      const bytes = attempt(() => readFileSync(join(folder, id.slice(0, 2), id.slice(2))));
      if (bytes) return looseObject(inflateSync(bytes));
    }
    return undefined;
  };

  function read(id: string): StoredObject | undefined {
    // A pack may have come since; git packs behind our back.
    return attempt(() => inPacks(id) ?? loose(id) ?? (openNewPacks() ? inPacks(id) : undefined));
  }

  openNewPacks();
  return {
    read,
    close() {
      for (const pack of packs.values()) pack?.close();
      packs.clear();
    },
  };
}

/** `blob 12 NUL …` */
function looseObject(data: Buffer): StoredObject | undefined {
  const end = data.indexOf(0);
  const [type, size] = data.toString("latin1", 0, end).split(" ");
  const bytes = data.subarray(end + 1);
  if (Number(size) !== bytes.length) return undefined;
  return type === "commit" || type === "tree" || type === "blob" || type === "tag" ? { type, bytes } : undefined;
}

function withAlternates(folder: string, depth: number): readonly string[] {
  if (depth > deepest) return [];
  const lines = attempt(() => readFileSync(join(folder, "info", "alternates"), "utf8"))?.split("\n") ?? [];
  const others = lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) => resolve(folder, line));
  return [folder, ...others.flatMap((other) => withAlternates(other, depth + 1))];
}

function listed(folder: string): readonly string[] {
  return attempt(() => readdirSync(folder)) ?? [];
}

/** What cannot be read here is asked of git. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
