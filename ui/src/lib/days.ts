// Business days as text. Pure.
import type { Order } from "../ipc/generated";

/** `days` on from "2025-11-21". */
export function shiftDay(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

/** The business day to begin with: the newest bill's, or the date on the counter's clock. */
export function presentDay(recent: readonly Order[], nowIso: string): string {
  return recent[0]?.business_day ?? nowIso.slice(0, 10);
}

const SHORT = { th: ["อา.", "จ.", "อ.", "พ.", "พฤ.", "ศ.", "ส."], en: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] } as const;

/** "ศ." for "2025-11-21". */
export function weekdayText(day: string, language: "th" | "en"): string {
  return SHORT[language][new Date(`${day}T00:00:00Z`).getUTCDay()] ?? "";
}

/** A day as it stands in a field: "21/11/2568", or "2025-11-21" where the shop counts by the common era. */
export function dayField(day: string, era: "ce" | "be"): string {
  const [year = "", month = "", date = ""] = day.split("-");
  return era === "be" ? `${date}/${month}/${Number(year) + 543}` : day;
}

/** A day as a person types it: 2025-11-21, 21/11/2025 or 21/11/2568, in either kind of digits; null when it is none. */
export function typedDay(text: string): string | null {
  const plain = text.replace(/[๐-๙]/g, (figure) => String(figure.charCodeAt(0) - 0x0e50)).trim();
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(plain);
  const local = /^(\d{1,2})[/.](\d{1,2})[/.](\d{4})$/.exec(plain);
  const parts = iso ? [iso[1], iso[2], iso[3]] : local ? [local[3], local[2], local[1]] : null;
  if (!parts) return null;
  const [year = 0, month = 0, date = 0] = parts.map(Number);
  const made = new Date(Date.UTC(year > 2400 ? year - 543 : year, month - 1, date));
  return made.getUTCMonth() === month - 1 && made.getUTCDate() === date ? made.toISOString().slice(0, 10) : null;
}
