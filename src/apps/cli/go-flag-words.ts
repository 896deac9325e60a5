/** What commander says of a wrong command line, as programs written with Go's cobra say it; other messages stay. */
export function inWordsOfGo(message: string): string {
  for (const [pattern, words] of translations) {
    const found = pattern.exec(message);
    if (found) return message.replace(found[0], words(found));
  }
  return message;
}

const translations: readonly (readonly [RegExp, (found: RegExpExecArray) => string])[] = [
  [/^error: unknown option '(--[^']*)'/, ([, flag]) => `Error: unknown flag: ${flag}`],
  [/^error: unknown option '(-(.)[^']*)'/, ([, flag, letter]) => `Error: unknown shorthand flag: '${letter}' in ${flag}`],
  [/^error: option '(?:-\w, )?(--[\w-]+)[^']*' argument missing/, ([, flag]) => `Error: flag needs an argument: ${flag}`],
  [/^error: too many arguments .*/, () => "Error: specify one path to kustomization.yaml"],
];
