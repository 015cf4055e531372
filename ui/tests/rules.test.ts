// @vitest-environment node
// House rules of the page, checked against its sources.
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, it } from "vitest";

interface Source { path: string; text: string; imports: string[] }

function read(folder: string): Source[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name).replaceAll("\\", "/");
    if (entry.isDirectory()) return read(path);
    if (!/\.(ts|svelte)$/.test(entry.name)) return [];
    const text = readFileSync(path, "utf8");
    const found = [...text.matchAll(/(?:from|import)\s*\(?\s*["']([^"']+)["']/g)].map((match) => match[1] ?? "");
    const imports = found.map((name) => (name.startsWith(".") ? posix.join(posix.dirname(path), name) : name));
    return [{ path, text, imports }];
  });
}

const sources = read("src");
const under = (folder: string): Source[] => sources.filter((source) => source.path.startsWith(`${folder}/`));
const feature = (path: string): string | null => /^src\/features\/(\w+)/.exec(path)?.[1] ?? null;

describe("who may import whom", () => {
  it("finds the sources it judges", () => expect(sources.length).toBeGreaterThan(40));
  it("features never import each other", () => {
    const crossings = under("src/features").flatMap((source) =>
      source.imports.filter((name) => feature(name) !== null && feature(name) !== feature(source.path)).map((name) => `${source.path} → ${name}`));
    expect(crossings).toEqual([]);
  });
  it("nothing below the screens knows a screen", () => {
    const below = ["src/features", "src/bill", "src/lib", "src/design", "src/messages"].flatMap(under);
    expect(below.filter((source) => source.imports.some((name) => name.startsWith("src/screens"))).map((source) => source.path)).toEqual([]);
  });
  it("bill, lib, design and messages know no feature", () => {
    const below = ["src/bill", "src/lib", "src/design/components", "src/messages"].flatMap(under);
    expect(below.filter((source) => source.imports.some((name) => name.startsWith("src/features"))).map((source) => source.path)).toEqual([]);
  });
  it("only one file knows Tauri", () => {
    expect(sources.filter((source) => source.imports.some((name) => name.startsWith("@tauri-apps"))).map((source) => source.path)).toEqual(["src/ipc/tauri.ts"]);
  });
  it("the memory host is loaded by the start alone, and only on demand", () => {
    const users = sources.filter((source) => !source.path.startsWith("src/ipc/memory") && source.imports.some((name) => name.startsWith("src/ipc/memory")));
    expect(users.map((source) => source.path)).toEqual(["src/main.ts"]);
    expect(users[0]?.text).toMatch(/await import\("\.\/ipc\/memory"\)/);
  });
});

describe("money and safety", () => {
  it("no number type and no float touches an amount", () => {
    const paths = ["src/lib/money.ts", "src/features/order/entry.ts", "src/features/order/limits.ts"];
    for (const path of paths) {
      const text = sources.find((source) => source.path === path)?.text ?? "";
      expect(text, path).not.toMatch(/parseFloat|parseInt|Number\(|toFixed|Math\./);
      expect(text.length, path).toBeGreaterThan(100);
    }
  });
  it("nothing remote, no eval, no wall clock in a countdown", () => {
    for (const source of sources) {
      expect(source.text, source.path).not.toMatch(/https?:\/\/|\beval\(|new Function|Date\.now/);
      if (source.path !== "src/design/components/Icon.svelte") expect(source.text, source.path).not.toMatch(/\{@html|innerHTML/);
    }
  });
  it("files stay readable in one sitting", () => {
    // Nobody reads what a program wrote.
    const written = sources.filter((source) => !source.path.includes("/generated/"));
    expect(written.filter((source) => source.text.split("\n").length > 401).map((source) => source.path)).toEqual([]);
  });
});
