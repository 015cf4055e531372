// A bank account as people read it: the bank by its name, the number in the groups that are printed on passbooks.
import { say, type MessageKey } from "../messages/index.svelte";

/** The 3-digit codes of the Bank of Thailand, and the letters some gateways use instead. */
const BANKS: Readonly<Record<string, MessageKey>> = {
  "002": "bank_bbl", BBL: "bank_bbl", "004": "bank_kbank", KBANK: "bank_kbank", "006": "bank_ktb", KTB: "bank_ktb",
  "011": "bank_ttb", TTB: "bank_ttb", "014": "bank_scb", SCB: "bank_scb", "022": "bank_cimbt", CIMBT: "bank_cimbt",
  "024": "bank_uobt", UOBT: "bank_uobt", "025": "bank_bay", BAY: "bank_bay", "030": "bank_gsb", GSB: "bank_gsb",
  "033": "bank_ghb", GHB: "bank_ghb", "034": "bank_baac", BAAC: "bank_baac", "066": "bank_ibank", ISBT: "bank_ibank",
  "067": "bank_tisco", TISCO: "bank_tisco", "069": "bank_kkp", KKP: "bank_kkp", "071": "bank_tcd", TCD: "bank_tcd",
  "073": "bank_lhb", LHFG: "bank_lhb",
};

/** The codes a person chooses from, one for each bank. */
export const BANK_CODES: readonly string[] = Object.keys(BANKS).filter((code) => /^\d{3}$/.test(code)).sort();

/** A bank we do not know keeps its code: better a code than a wrong name. */
export function bankName(code: string, language?: "th" | "en"): string {
  const key = BANKS[code.trim().toUpperCase()];
  return key === undefined ? code : say(key, {}, language);
}

/** "123-4-56789-0" for the usual ten figures; otherwise groups of four. What is not all figures stays as it came. */
export function groupedAccount(number: string): string {
  const figures = number.replace(/[\s-]/g, "");
  if (!/^\d+$/.test(figures)) return number;
  if (figures.length === 10) return figures.replace(/(\d{3})(\d)(\d{5})(\d)/, "$1-$2-$3-$4");
  return figures.replace(/(\d{4})(?=\d)/g, "$1-");
}
