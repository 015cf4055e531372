import { describe, expect, test } from "vitest";
import { laidOut } from "../src/lib/json-text";

describe("evidence laid out for reading", () => {
  test("keeps every digit and letter", () => {
    const json = '{"id":"a, b: {c}","amount":1000.00,"big":12345678901234567890,"esc":"\\"\\\\","list":[1,{}],"no":null,"e":[ ]}';
    const told = laidOut(json);
    expect(told.replace(/\n\s*/g, "").replaceAll('": ', '":')).toBe(json);
    expect(told.split("\n").slice(0, 3)).toEqual(["{", '  "id": "a, b: {c}",', '  "amount": 1000.00,']);
    expect(told).toContain('  "list": [\n    1,\n    {}\n  ],');
  });

  test("leaves what is no JSON as it came", () => {
    for (const text of ["", "no", '{"a":1', "<html>"]) expect(laidOut(text)).toBe(text);
  });
});
