// The memory host's drawer: shifts, what went in and out, a blind count, and the difference after it.
import { parseWire, toWire } from "../../lib/money";
import type { Method, Order } from "../generated";
import type { Shift, ShiftCounted, ShiftDifference, ShiftLine, ShiftState } from "../owner-types";
import { fault } from "./fault";
import { isoAt } from "./world";

const MOST_COUNTS = 2;
const HOUR_MS = 3_600_000;

interface Means { orders: () => readonly Order[]; person: () => string | null; maySee: () => boolean; nowMs: () => number; note: (what: string, subject: string, facts?: Record<string, unknown>) => void }

function past(number: number, ms: number, by: string, difference: ShiftDifference[]): Shift {
  return {
    type: "shift", carried_over: [], number, opened_at: isoAt(ms), opened_by: by, counter: "A", float: "2000.00", moves: [], counts: 1, may_recount: false,
    closed_at: isoAt(ms + 8 * HOUR_MS), closed_by: by, difference,
  };
}

const line = (key: ShiftDifference["key"], expected: string, difference = "0.00"): ShiftDifference => ({ key, expected, counted: toWire(parseWire(expected) + parseWire(difference)), difference });

export class MemoryShifts {
  open: Shift | null = null;
  last: Shift[] = [];
  #means: Means;
  #counted: { method: Method; amount: string }[] = [];

  constructor(means: Means, busy: boolean) {
    this.#means = means;
    if (!busy) return;
    this.open = {
      type: "shift", carried_over: [], number: 412, opened_at: isoAt(-3 * HOUR_MS), opened_by: "แพรว", counter: "A", float: "2000.00", counts: 0, may_recount: true, closed_at: null, closed_by: null, difference: null,
      moves: [
        { at: isoAt(-2 * HOUR_MS), by: "แพรว", direction: "in", amount: "500.00", reason: "แลกเหรียญจากธนาคาร" },
        { at: isoAt(-HOUR_MS), by: "บอย", direction: "out", amount: "320.00", reason: "ค่าน้ำแข็ง" },
      ],
    };
    this.last = [
      past(411, -12 * HOUR_MS, "บอย", [line("cash", "8420.00", "-20.00"), line("promptpay", "18240.00"), line("truemoney", "3120.00")]),
      past(410, -20 * HOUR_MS, "แพรว", [line("cash", "6815.00"), line("promptpay", "21400.00"), line("truemoney", "2840.00")]),
      past(409, -36 * HOUR_MS, "บอย", [line("cash", "7245.25", "0.25"), line("promptpay", "16980.00"), line("truemoney", "2210.00")]),
    ];
  }

  get line(): ShiftLine | null {
    return this.open && { number: this.open.number, opened_at: this.open.opened_at, opened_by: this.open.opened_by };
  }

  #expected(shift: Shift): Map<ShiftDifference["key"], bigint> {
    const sums = new Map<ShiftDifference["key"], bigint>([["cash", parseWire(shift.float)]]);
    for (const move of shift.moves) sums.set("cash", (sums.get("cash") ?? 0n) + (move.direction === "in" ? 1n : -1n) * parseWire(move.amount));
    for (const order of this.#means.orders()) {
      for (const attempt of order.attempts) sums.set(attempt.method, (sums.get(attempt.method) ?? 0n) + parseWire(attempt.received));
    }
    return sums;
  }

  #differences(shift: Shift): ShiftDifference[] {
    const counted = new Map(this.#counted.map((one) => [one.method as ShiftDifference["key"], parseWire(one.amount)]));
    return [...this.#expected(shift)].map(([key, expected]) => {
      const found = counted.get(key) ?? expected;
      return { key, counted: toWire(found), expected: toWire(expected), difference: toWire(found - expected) };
    });
  }

  #needed(): Shift {
    if (!this.open) throw fault("wrong_state");
    return this.open;
  }

  #shown(shift: Shift): Shift {
    return this.#means.maySee() || shift.difference === null ? shift : { ...shift, difference: null };
  }

  readonly handlers = {
    shift_state: async (): Promise<ShiftState> => ({ open: this.open, last: this.last.map((shift) => this.#shown(shift)) }),
    shift_open: async ({ float }: { float: string }): Promise<Shift> => {
      if (this.open) throw fault("wrong_state");
      const number = (this.last[0]?.number ?? 0) + 1;
      const by = this.#means.person() ?? "–";
      this.open = {
        type: "shift", carried_over: [], number, opened_at: isoAt(this.#means.nowMs()), opened_by: by, counter: "A", float: toWire(parseWire(float)), moves: [], counts: 0,
        may_recount: true, closed_at: null, closed_by: null, difference: null,
      };
      this.#means.note("shift_opened", String(number), { float });
      return this.open;
    },
    drawer_move: async ({ direction, amount, reason }: { direction: "in" | "out"; amount: string; reason: string }): Promise<Shift> => {
      const shift = this.#needed();
      if (reason.trim() === "") throw fault("reason_missing");
      const move = { at: isoAt(this.#means.nowMs()), by: this.#means.person() ?? "–", direction, amount: toWire(parseWire(amount)), reason };
      this.open = { ...shift, moves: [...shift.moves, move] };
      this.#means.note("drawer_moved", String(shift.number), { direction, amount, reason });
      return this.open;
    },
    shift_count: async ({ counted }: { counted: { method: Method; amount: string }[] }): Promise<ShiftCounted> => {
      const shift = this.#needed();
      if (shift.counts >= MOST_COUNTS) throw fault("wrong_state");
      this.#counted = counted;
      const agrees = this.#differences(shift).every((one) => one.difference === "0.00");
      this.open = { ...shift, counts: shift.counts + 1, may_recount: shift.counts + 1 < MOST_COUNTS };
      return { may_recount: this.open.may_recount, agrees, shift: this.open };
    },
    shift_close: async (): Promise<Shift> => {
      const shift = this.#needed();
      if (shift.counts === 0) throw fault("wrong_state");
      const closed: Shift = { ...shift, closed_at: isoAt(this.#means.nowMs()), closed_by: this.#means.person() ?? "–", difference: this.#differences(shift) };
      this.last = [closed, ...this.last];
      this.open = null;
      this.#means.note("shift_closed", String(shift.number));
      return this.#shown(closed);
    },
  };
}
