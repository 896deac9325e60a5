import { monthNames, weekdayNames } from "../../core/gotemplate/fmt/date-names.js";
import { fengari, type LuaFunction, type LuaState } from "./fengari-modules.js";

const { lua, to_luastring: bytes, to_jsstring: text } = fengari;

/** `time` and `date`, the two functions of `os` that scripts may have; all times are UTC. */
export function osFunctions(nowSeconds: number): ReadonlyMap<string, LuaFunction> {
  return new Map<string, LuaFunction>([
    ["time", (state) => pushTime(state, nowSeconds)],
    ["date", (state) => pushDate(state, nowSeconds)],
  ]);
}

function pushTime(state: LuaState, nowSeconds: number): number {
  if (lua.lua_gettop(state) === 0 || lua.lua_type(state, 1) !== lua.LUA_TTABLE) {
    lua.lua_pushnumber(state, Math.floor(nowSeconds));
    return 1;
  }
  const field = (name: string, fallback: number): number => {
    lua.lua_getfield(state, 1, bytes(name));
    const found = lua.lua_type(state, -1) === lua.LUA_TNUMBER ? Math.trunc(lua.lua_tonumber(state, -1)) : fallback;
    lua.lua_pop(state, 1);
    return found;
  };
  const time = new Date(0);
  time.setUTCFullYear(field("year", -1), field("month", -1) - 1, field("day", -1));
  time.setUTCHours(field("hour", 12), field("min", 0), field("sec", 0));
  lua.lua_pushnumber(state, Math.floor(time.getTime() / 1000));
  return 1;
}

function pushDate(state: LuaState, nowSeconds: number): number {
  const top = lua.lua_gettop(state);
  const format = top >= 1 ? text(lua.lua_tostring(state, 1) ?? bytes("%c")) : "%c";
  const seconds = top >= 2 && lua.lua_isnumber(state, 2) ? lua.lua_tonumber(state, 2) : nowSeconds;
  const time = new Date(Math.floor(seconds) * 1000);
  const trimmed = format.replace(/^!+/, "");
  if (trimmed.startsWith("*t")) pushDateTable(state, time);
  else lua.lua_pushstring(state, bytes(formatDate(trimmed, time)));
  return 1;
}

function pushDateTable(state: LuaState, time: Date): void {
  const fields: readonly [string, number][] = [
    ["year", time.getUTCFullYear()],
    ["month", time.getUTCMonth() + 1],
    ["day", time.getUTCDate()],
    ["hour", time.getUTCHours()],
    ["min", time.getUTCMinutes()],
    ["sec", time.getUTCSeconds()],
    ["wday", time.getUTCDay() + 1],
    ["yday", 0],
  ];
  lua.lua_createtable(state, 0, 9);
  for (const [name, value] of fields) {
    lua.lua_pushnumber(state, value);
    lua.lua_setfield(state, -2, bytes(name));
  }
  lua.lua_pushboolean(state, false);
  lua.lua_setfield(state, -2, bytes("isdst"));
}

function formatDate(format: string, time: Date): string {
  return format.replace(/%(.)/g, (whole, flag: string) => (flag === "%" ? "%" : (dateField(flag, time) ?? whole)));
}

/** The fields of Argo CD's os.date; `%a` is always `mon` there. */
function dateField(flag: string, time: Date): string | undefined {
  const two = (value: number) => String(value).padStart(2, "0");
  const month = monthNames[time.getUTCMonth()] ?? "";
  const day = weekdayNames[time.getUTCDay()] ?? "";
  const clock = `${two(time.getUTCHours())}:${two(time.getUTCMinutes())}`;
  const fields: { readonly [flag: string]: string } = {
    a: "mon",
    A: day,
    b: month.slice(0, 3),
    B: month,
    c: `${two(time.getUTCDate())} ${month.slice(0, 3)} ${two(time.getUTCFullYear() % 100)} ${clock} UTC`,
    d: two(time.getUTCDate()),
    F: time.toISOString().slice(0, 10),
    H: two(time.getUTCHours()),
    I: two(time.getUTCHours() % 12 || 12),
    m: two(time.getUTCMonth() + 1),
    M: two(time.getUTCMinutes()),
    p: time.getUTCHours() < 12 ? "AM" : "PM",
    P: time.getUTCHours() < 12 ? "am" : "pm",
    S: two(time.getUTCSeconds()),
    w: String(time.getUTCDay()),
    x: `${two(time.getUTCHours())}/${two(time.getUTCMinutes())}/${two(time.getUTCSeconds())}`,
    X: `${clock}:${two(time.getUTCSeconds())}`,
    y: two(time.getUTCFullYear() % 100),
    Y: String(time.getUTCFullYear()),
    z: "+0000",
    Z: "UTC",
  };
  return Object.hasOwn(fields, flag) ? fields[flag] : undefined;
}
