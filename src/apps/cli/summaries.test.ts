import { Command } from "commander";
import { expect, test } from "vitest";
import { processIo } from "./io.js";
import { allCommands } from "./program.js";
import { createProgram } from "./run-commands.js";

const io = processIo();

function linesOf(program: Command): ReadonlyMap<string, string> {
  const help = program.createHelp();
  return new Map(
    help.visibleCommands(program).map((command) => [command.name(), `${help.subcommandTerm(command)}  ${command.description()}`]),
  );
}

test("says of each command in the overview what the command says of itself", async () => {
  const overview = linesOf(await createProgram(io, ["--help"], allCommands));
  expect([...overview.keys()]).toEqual([...allCommands.keys(), "help"]);
  for (const [name, load] of allCommands) {
    const program = new Command("fleetwright");
    (await load())(program, io);
    expect(overview.get(name)).toBe(linesOf(program).get(name));
  }
});

test("loads the command that help is asked of", async () => {
  const program = await createProgram(io, ["help", "at"], allCommands);
  expect([...linesOf(program).keys()]).toEqual(["at", "help"]);
  expect(program.commands[0]!.options).not.toEqual([]);
});
