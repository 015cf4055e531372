// What a person asked for, as the search understands it; and as text that survives being saved under a name.
import type { Flag, OrderState, Provider } from "../../ipc/generated";
import type { Moved, OrderFind } from "../../ipc/day-types";
import { dayField, shiftDay, typedDay } from "../../lib/days";
import { typedWire } from "../../lib/typed-money";

export const STATES: readonly OrderState[] = ["due", "settled", "completed", "voided", "open"];
export const PROVIDERS: readonly Provider[] = ["jwt_gateway", "deposit_gateway", "promptpay_direct", "omise_truemoney", "crypto_2328", "cash"];
export const FLAGS: readonly Flag[] = [
  "duplicate_payment", "contradiction", "paid_late", "manual_confirm", "overpaid", "underpaid", "refund_failed", "weak_evidence", "unrecognised_status", "qr_mismatch", "adjusted_too_much", "held",
];

/** The filter as it stands in its fields. */
export interface Fields {
  search: string;
  from: string;
  to: string;
  state: OrderState | "";
  /** "any": anything to look at. */
  flag: Flag | "any" | "";
  provider: Provider | "";
  cashier: string;
  amountFrom: string;
  amountTo: string;
}
export const NONE: Fields = { search: "", from: "", to: "", state: "", flag: "", provider: "", cashier: "", amountFrom: "", amountTo: "" };

export interface Faulty { from: boolean; to: boolean; amountFrom: boolean; amountTo: boolean }

export function faultsOf(fields: Fields): Faulty {
  const day = (text: string): boolean => text.trim() !== "" && typedDay(text) === null;
  const sum = (text: string): boolean => text.trim() !== "" && typedWire(text) === null;
  return { from: day(fields.from), to: day(fields.to), amountFrom: sum(fields.amountFrom), amountTo: sum(fields.amountTo) };
}

/** What is not understood yet is left out, so that the list never empties while somebody is typing. */
export function wishOf(fields: Fields, moved: Moved | null): OrderFind {
  const search = fields.search.trim();
  const from = typedDay(fields.from);
  const to = typedDay(fields.to);
  const least = typedWire(fields.amountFrom);
  const most = typedWire(fields.amountTo);
  return {
    ...(search === "" ? {} : { search }), ...(from === null ? {} : { from }), ...(to === null ? {} : { to }), ...(fields.state === "" ? {} : { state: fields.state }),
    ...(fields.flag === "" ? {} : fields.flag === "any" ? { flagged: true } : { flag: fields.flag }), ...(fields.provider === "" ? {} : { provider: fields.provider }),
    ...(fields.cashier.trim() === "" ? {} : { cashier: fields.cashier.trim() }), ...(least === null ? {} : { amount_from: least }), ...(most === null ? {} : { amount_to: most }), ...(moved === null ? {} : { moved }),
  };
}

/** The fields that lead to a wish: how a figure of the day arrives here. */
export function fieldsOf(wish: OrderFind, era: "ce" | "be"): Fields {
  const day = (iso: string | undefined): string => (iso === undefined ? "" : dayField(iso, era));
  return {
    search: wish.search ?? "", from: day(wish.from), to: day(wish.to), state: wish.state ?? "", flag: wish.flag ?? (wish.flagged === true ? "any" : ""), provider: wish.provider ?? "",
    cashier: wish.cashier ?? "", amountFrom: wish.amount_from ?? "", amountTo: wish.amount_to ?? "",
  };
}

export function countOf(fields: Fields): number {
  return Object.entries(fields).filter(([name, value]) => name !== "search" && value.trim() !== "").length;
}

export type Ready = "today" | "flagged" | "manual" | "unpaid" | "week";
export const READY: readonly Ready[] = ["today", "flagged", "manual", "unpaid", "week"];

/** Filters that every shop needs, as of today. */
export function readyFields(name: Ready, day: string, era: "ce" | "be"): Fields {
  const today = dayField(day, era);
  switch (name) {
    case "today": return { ...NONE, from: today, to: today };
    case "flagged": return { ...NONE, flag: "any" };
    case "manual": return { ...NONE, flag: "manual_confirm" };
    case "unpaid": return { ...NONE, state: "due", from: today, to: today };
    case "week": return { ...NONE, from: dayField(shiftDay(day, -6), era), to: today };
  }
}
