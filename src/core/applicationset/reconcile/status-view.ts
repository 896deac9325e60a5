import type { Value, ValueObject } from "../../manifest/value.js";
import { listAt } from "../../manifest/value.js";
import { type Condition, conditionsOf, healthOf, isSameCondition, setCondition } from "./conditions.js";
import type { RolloutStatus } from "./rollout.js";

/**
 * The set's status as it is written bit by bit during a reconcile. The original holds copies of it, which are refreshed only when something is
 * written, and decides by them; so each copy is a view here.
 */
export class StatusStore {
  stored: ValueObject;
  constructor(
    initial: ValueObject,
    private readonly isRollingSync: boolean,
    private readonly now: string,
  ) {
    this.stored = initial;
  }

  view(): StatusView {
    return new StatusView(this, this.stored);
  }

  setCondition(view: StatusView, condition: Condition, parametersGenerated: boolean): void {
    const update = { condition, parametersGenerated, isRollingSync: this.isRollingSync, now: this.now };
    const before = conditionsOf(view.status);
    const after = setCondition(before, update);
    if (before.length === after.length && before.every((one, index) => isSameCondition(one, after[index]!))) return;
    const conditions = setCondition(conditionsOf(this.stored), update);
    this.write(view, { conditions: conditions as unknown as Value, health: healthOf(conditions) });
  }

  setApplicationStatus(view: StatusView, entries: readonly RolloutStatus[]): void {
    const before = view.applicationStatus();
    const isSame =
      before.length === entries.length &&
      entries.every((entry) => {
        const known = before.find(({ application }) => application === entry.application);
        return known && known.status === entry.status && known.step === entry.step && known.message === entry.message;
      });
    if (isSame) return;
    const sorted = [...entries].sort((a, b) => (a.application < b.application ? -1 : 1));
    this.write(view, { applicationStatus: sorted as unknown as Value });
  }

  write(view: StatusView, fields: Readonly<Record<string, Value>>): void {
    const stored: Record<string, Value> = { ...this.stored, ...fields };
    for (const key of ["applicationStatus", "resources"]) if (listAt(stored, key).length === 0) delete stored[key];
    this.stored = stored;
    view.status = stored;
  }
}

export class StatusView {
  constructor(
    readonly store: StatusStore,
    public status: ValueObject,
  ) {}

  applicationStatus(): readonly RolloutStatus[] {
    return listAt(this.status, "applicationStatus") as unknown as readonly RolloutStatus[];
  }
}
