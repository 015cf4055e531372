// Time as text. Countdowns come from a backend duration and a monotonic clock, never from the wall clock of this machine;
// wall times arrive as RFC 3339 with Bangkok's offset and are read off that text as they stand.

/** "14:35:08" of an RFC 3339 time. */
export function clockText(iso: string): string {
  return iso.slice(11, 19);
}

/** "14:35" */
export function shortClock(iso: string): string {
  return iso.slice(11, 16);
}

/** "3:42", from 1 h on "1:02:05". Rounds up, so that 0:00 means over. */
export function countdownText(ms: number): string {
  const total = Math.max(0, Math.ceil(ms / 1000));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  const seconds = String(total % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

export type Age = { unit: "seconds" | "minutes" | "hours"; n: number };

export function age(ms: number): Age {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 100) return { unit: "seconds", n: seconds };
  const minutes = Math.floor(seconds / 60);
  if (minutes < 100) return { unit: "minutes", n: minutes };
  return { unit: "hours", n: Math.floor(minutes / 60) };
}

/** Whole milliseconds between two RFC 3339 times. */
export function msBetween(from: string, to: string): number {
  return Date.parse(to) - Date.parse(from);
}

const BANGKOK_MS = 7 * 3_600_000;
const WEEKDAYS = {
  th: ["อา.", "จ.", "อ.", "พ.", "พฤ.", "ศ.", "ส."],
  en: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
} as const;
const MONTHS = {
  th: ["ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."],
  en: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
} as const;

export interface WallText {
  date: string;
  time: string;
}

/** Date and time of the counter, `ms` after the backend said `nowIso`. Year in the shop's era. */
export function wallText(nowIso: string, ms: number, language: "th" | "en", era: "ce" | "be"): WallText {
  const local = new Date(Date.parse(nowIso) + ms + BANGKOK_MS);
  const year = local.getUTCFullYear() + (era === "be" ? 543 : 0);
  const day = WEEKDAYS[language][local.getUTCDay()] ?? "";
  const month = MONTHS[language][local.getUTCMonth()] ?? "";
  return { date: `${day} ${local.getUTCDate()} ${month} ${year}`, time: local.toISOString().slice(11, 19) };
}

/** "ศ. 21 พ.ย. 2568" for "2025-11-21". */
export function dayText(day: string, language: "th" | "en", era: "ce" | "be"): string {
  return wallText(`${day}T00:00:00+07:00`, 0, language, era).date;
}

/** "21 พ.ย." for "2025-11-21". */
export function shortDay(day: string, language: "th" | "en"): string {
  return `${Number(day.slice(8))} ${MONTHS[language][Number(day.slice(5, 7)) - 1] ?? ""}`;
}

/** The moment `ms` after another, with Bangkok's offset. */
export function isoAfter(iso: string, ms: number): string {
  return `${new Date(Date.parse(iso) + Math.max(0, ms) + BANGKOK_MS).toISOString().slice(0, 23)}+07:00`;
}
