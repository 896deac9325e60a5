import type { Command } from "commander";

/** Lets the switches of a command have a value, as those of programs written with Go's pflag: `--enable-helm=true`, `--network=0`. */
export function takeFlagsOfGo(command: Command): void {
  const switches = new Map(
    command.options.flatMap((option) => (option.isBoolean() || option.negate ? [[option.long ?? "", option] as const] : [])),
  );
  const parse = command.parseOptions.bind(command);
  command.parseOptions = (argv) => {
    const values = new Map<string, boolean>();
    const plain = argv.map((argument) => {
      const [, name = "", text = ""] = /^(--[a-z-]+)=(.*)$/s.exec(argument) ?? [];
      const option = switches.get(name);
      if (option === undefined) return argument;
      const value = booleans.get(text);
      if (value === undefined) command.error(`Error: invalid argument ${JSON.stringify(text)} for "${name}" flag: not a boolean`);
      else values.set(option.attributeName(), option.negate ? !value : value);
      return name;
    });
    const parsed = parse(plain);
    for (const [attribute, value] of values) command.setOptionValue(attribute, value);
    return parsed;
  };
}

/** What Go's strconv.ParseBool reads. */
const booleans = new Map<string, boolean>([
  ...["1", "t", "T", "true", "TRUE", "True"].map((text) => [text, true] as const),
  ...["0", "f", "F", "false", "FALSE", "False"].map((text) => [text, false] as const),
]);
