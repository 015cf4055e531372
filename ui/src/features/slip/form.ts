// What a text looks like before anybody asks: enough to keep it apart from amounts and barcodes, never a judgement. The
// backend reads it, and says best what is wrong with it.
export type TextForm = "code" | "link" | "other";

/** Slip and payment codes are tag-length-value with tag 00 in front and letters inside (the country, the checksum's neighbours).
 *  Figures alone are a barcode, a parcel's starts with 00, too; unless they begin as every bank's slip does, and the rest was lost. */
const CODE = /^00\d{2}[0-9A-Za-z][\x20-\x7e]{18,}$/;
const SLIP_START = /^00\d{2}0006000001/;
const LINK = /^https:\/\/[^\s/]+\.[^\s]+$/i;

export function formOf(text: string): TextForm {
  if (CODE.test(text) && (/[A-Za-z]/.test(text) || SLIP_START.test(text))) return "code";
  return LINK.test(text) ? "link" : "other";
}

const SHIFTED: Readonly<Record<string, string>> = {
  Digit1: "!", Digit2: "@", Digit3: "#", Digit4: "$", Digit5: "%", Digit6: "^", Digit7: "&", Digit8: "*", Digit9: "(", Digit0: ")",
  Minus: "_", Equal: "+", Slash: "?", Semicolon: ":", Period: ">", Comma: "<",
};
const PLAIN: Readonly<Record<string, string>> = { Minus: "-", Equal: "=", Slash: "/", Semicolon: ";", Period: ".", Comma: ",", Space: " ", NumpadAdd: "+", NumpadDecimal: "." };

/** The character a scanner meant. It types by place, as on an English keyboard, whatever layout and Caps Lock make of it. */
export function scannedCharacter(event: { code: string; key: string; shiftKey: boolean }): string {
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
  if (letter !== undefined) return event.shiftKey ? letter : letter.toLowerCase();
  const figure = /^(?:Digit|Numpad)([0-9])$/.exec(event.code)?.[1];
  if (figure !== undefined && !event.shiftKey) return figure;
  return (event.shiftKey ? SHIFTED[event.code] : PLAIN[event.code]) ?? event.key;
}
