const STEP = "  ";

/**
 * JSON laid out for reading, as text: a parser would round long numbers and drop the zeros of 1000.00, and this is
 * evidence. What is no JSON comes back as it is.
 */
export function laidOut(json: string): string {
  try {
    JSON.parse(json);
  } catch {
    return json;
  }
  let depth = 0;
  const line = (by: number): string => `\n${STEP.repeat((depth += by))}`;
  // Texts, empty lists and objects, and runs of anything but structure stay whole.
  const parts = json.match(/"(?:[^"\\]|\\.)*"|\{\s*\}|\[\s*\]|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  const told = parts.map((part) => {
    if (part === "{" || part === "[") return part + line(1);
    if (part === "}" || part === "]") return line(-1) + part;
    if (part === ",") return part + line(0);
    return part === ":" ? ": " : part;
  });
  return told.join("");
}
