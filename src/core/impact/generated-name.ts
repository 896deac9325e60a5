/** Kustomize: a generated name ends in ten characters of a hash, written in an alphabet without vowels and look-alikes. */
const generatedName = /^(.+)-[2456789bcdfghkmt]{10}$/;

/** `config-7dd6bkgcb9` → `config`; any other name as it is. */
export function stripGeneratedHash(name: string): string {
  return generatedName.exec(name)?.[1] ?? name;
}
