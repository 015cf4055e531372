// Filters a person has saved under a name, on this machine. They hold no money and no bill.
import { NONE, type Fields } from "./filters";

const KEY = "keptang.filters";
const MOST = 20;
export interface Saved { name: string; fields: Fields }

function isSaved(value: unknown): value is { name: string; fields: Record<string, unknown> } {
  return typeof value === "object" && value !== null && "name" in value && typeof value.name === "string" && "fields" in value && typeof value.fields === "object" && value.fields !== null;
}

export function readSaved(): Saved[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    if (!Array.isArray(stored)) return [];
    return stored.filter(isSaved).map(({ name, fields }) => {
      const known = Object.fromEntries(Object.keys(NONE).map((key) => [key, typeof fields[key] === "string" ? fields[key] : ""]));
      return { name, fields: { ...NONE, ...known } };
    });
  } catch {
    return [];
  }
}

function write(saved: readonly Saved[]): Saved[] {
  try {
    localStorage.setItem(KEY, JSON.stringify(saved));
  } catch {
    // A full or forbidden store: the filter holds until the window closes.
  }
  return [...saved];
}

/** A name that is there already is replaced. */
export function save(saved: readonly Saved[], name: string, fields: Fields): Saved[] {
  return write([...saved.filter((one) => one.name !== name), { name, fields }].slice(-MOST));
}

export function drop(saved: readonly Saved[], name: string): Saved[] {
  return write(saved.filter((one) => one.name !== name));
}
