import type { CronSchedule } from "./schedule.js";

const minuteMs = 60_000;
const dayMs = 86_400_000;

/**
 * The first time after `afterMs` (UTC milliseconds) at which the schedule fires, read as UTC; undefined when there is none
 * within five years (30 February).
 */
export function nextCronMs(schedule: CronSchedule, afterMs: number): number | undefined {
  const first = Math.floor(afterMs / minuteMs) * minuteMs + minuteMs;
  const lastYear = new Date(first).getUTCFullYear() + 5;
  let day = Math.floor(first / dayMs) * dayMs;
  let from = first - day;
  for (;;) {
    const date = new Date(day);
    if (date.getUTCFullYear() > lastYear) return undefined;
    if (!schedule.months.has(date.getUTCMonth() + 1)) {
      day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
      from = 0;
      continue;
    }
    const inDay = matchesDay(schedule, date) ? firstInDay(schedule, from) : undefined;
    if (inDay !== undefined) return day + inDay;
    day += dayMs;
    from = 0;
  }
}

function matchesDay(schedule: CronSchedule, date: Date): boolean {
  const ofMonth = schedule.daysOfMonth.has(date.getUTCDate());
  const ofWeek = schedule.daysOfWeek.has(date.getUTCDay());
  return schedule.matchesBothDays ? ofMonth && ofWeek : ofMonth || ofWeek;
}

function firstInDay(schedule: CronSchedule, fromMs: number): number | undefined {
  for (let minute = fromMs / minuteMs; minute < 1440; minute++) {
    const hour = Math.floor(minute / 60);
    if (!schedule.hours.has(hour)) minute = hour * 60 + 59;
    else if (schedule.minutes.has(minute % 60)) return minute * minuteMs;
  }
  return undefined;
}
