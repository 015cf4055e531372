// An amount in Thai words, for the memory host only; the product's words come from Rust.
const DIGITS = ["", "หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า"] as const;
const PLACES = ["", "สิบ", "ร้อย", "พัน", "หมื่น", "แสน"] as const;

function group(figures: string): string {
  let words = "";
  const count = figures.length;
  for (let at = 0; at < count; at += 1) {
    const digit = Number(figures[at]);
    const place = count - at - 1;
    if (digit === 0) continue;
    if (place === 1 && digit === 1) words += "สิบ";
    else if (place === 1 && digit === 2) words += "ยี่สิบ";
    else if (place === 0 && digit === 1 && count > 1 && figures[at - 1] !== "0") words += "เอ็ด";
    else words += (DIGITS[digit] ?? "") + (PLACES[place] ?? "");
  }
  return words;
}

function whole(figures: string): string {
  const trimmed = figures.replace(/^0+/, "");
  if (trimmed.length <= 6) return group(trimmed);
  return `${whole(trimmed.slice(0, -6))}ล้าน${group(trimmed.slice(-6))}`;
}

export function thaiWords(wire: string): string {
  const [baht = "0", satang = "00"] = wire.split(".");
  const bahtWords = whole(baht);
  if (satang === "00") return `${bahtWords === "" ? "ศูนย์" : bahtWords}บาทถ้วน`;
  return `${bahtWords === "" ? "" : `${bahtWords}บาท`}${whole(satang)}สตางค์`;
}
