import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import en from "../messages/en.json";
import th from "../messages/th.json";
import { m, say, setLanguage, type MessageKey } from "../src/messages/index.svelte";

const keys = Object.keys(th) as MessageKey[];
const params = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").sort();
const sources = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "generated" ? [] : sources(path);
    return /\.(ts|svelte)$/.test(entry.name) ? [readFileSync(path, "utf8")] : [];
  });

describe("two languages, one set of sentences", () => {
  it("has the same keys in the same order", () => expect(Object.keys(en)).toEqual(keys));
  it.each(keys)("%s takes the same params in both", (key) => {
    expect(params(en[key])).toEqual(params(th[key]));
    expect(th[key].trim()).not.toBe("");
    expect(en[key].trim()).not.toBe("");
  });
  it.each(keys)("%s keeps the house style", (key) => {
    expect(en[key]).not.toMatch(/!|\bplease\b/i);
    expect(th[key]).not.toMatch(/ขออภัย|ทำรายการสำเร็จ|สลิปปลอม|สลิปจริง/);
    expect(`${th[key]}${en[key]}`).not.toMatch(/ {2}|\t|<|&\w+;/);
  });
  it("uses every sentence somewhere, by name or by family", () => {
    const text = sources("src").join("\n");
    const families = [...text.matchAll(/`(\w+?_)\$\{/g)].map((match) => match[1] ?? "?");
    const unused = keys.filter((key) => !new RegExp(`\\b${key}\\b`).test(text) && !families.some((family) => key.startsWith(family)));
    expect(unused).toEqual([]);
  });
});

describe("saying them", () => {
  it("fills params, ties and parts Thai from Latin", () => {
    expect(m.via({ provider: "Omise" })).toBe("ผ่าน\u00a0Omise");
    expect(m.pin_wrong({ tries: 2 })).toBe("รหัสไม่ถูก เหลืออีก 2\u00a0ครั้ง");
  });
  it("follows a language switch, and can say one sentence in the other language", () => {
    setLanguage("en");
    expect(m.menu()).toBe("Menu");
    expect(say("menu", {}, "th")).toBe("เมนู");
    expect(document.documentElement.lang).toBe("en");
    setLanguage("th");
    expect(m.menu()).toBe("เมนู");
  });
});
