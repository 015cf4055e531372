// PromptPay text and its modules, for the memory host only; the product's QR comes from Rust. The receiver is a number
// nobody has, so nothing drawn here can take money.
import qrcode from "qrcode-generator";
import type { Qr } from "../generated";

const NOBODY = "0066000000000";

function field(id: string, value: string): string {
  return id + String(value.length).padStart(2, "0") + value;
}

function crc16(text: string): string {
  let crc = 0xffff;
  for (const character of text) {
    crc ^= character.charCodeAt(0) << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc.toString(16).toUpperCase().padStart(4, "0");
}

export function promptPayText(amount: string): string {
  const receiver = field("29", field("00", "A000000677010111") + field("01", NOBODY));
  const text = `${field("00", "01")}${field("01", "12")}${receiver}${field("53", "764")}${field("54", amount)}${field("58", "TH")}6304`;
  return text + crc16(text);
}

export function modules(text: string): Qr {
  const code = qrcode(0, "M");
  code.addData(text);
  code.make();
  const size = code.getModuleCount();
  let path = "";
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      if (!code.isDark(y, x)) continue;
      let width = 1;
      while (x + width < size && code.isDark(y, x + width)) width += 1;
      path += `M${x} ${y}h${width}v1h-${width}z`;
      x += width;
    }
  }
  return { size, path };
}
