// Whom the till asks: the next provider where nothing was left behind, the coin where there is a choice.
import { afterEach, describe, expect, it, vi } from "vitest";
import { bankName, groupedAccount } from "../src/bill/bank";
import { assetText, networkText, quoteText } from "../src/bill/coins";
import { healthText, light, watched } from "../src/bill/health";
import { face, kindOf, newest } from "../src/bill/presentation";
import { amountNote, apartText, sentences, sourceLines } from "../src/bill/words";
import { totalsOf } from "../src/features/owner/day";
import { shiftDay } from "../src/lib/days";
import { errorText } from "../src/ipc/errors";
import type { Order, ReasonCode } from "../src/ipc/generated";
import { OwnersDesk } from "../src/ipc/memory/owner";
import { ASSETS, methodsOf, orderOf, provider } from "../src/ipc/memory/world";
import { setLanguage } from "../src/messages/index.svelte";
import { chargeKey } from "../src/screens/Cashier/charge-key";
import { assetsOf, sheetFor } from "../src/screens/Cashier/wish";
import { counter, type } from "./support";

afterEach(() => {
  vi.useRealTimers();
  setLanguage("th");
});

const failed = (reason: ReasonCode, next: Order["next_provider"]): Order => ({
  ...orderOf({ number: "A-0147", amount: "250.00", provider: "jwt_gateway", state: "failed", reason, openedMs: 0 }, 0), next_provider: next,
});
const direct = provider("promptpay_direct", "0.01", "999999.99", null);

describe("the next provider", () => {
  it.each([
    ["refused", "เกตเวย์ JWT\u00a0ไม่รับคำขอ"], ["misconfigured", "เกตเวย์ JWT\u00a0ตั้งค่าไม่ถูก"], ["throttled", "เกตเวย์ JWT\u00a0ขอให้ช้าลง"], ["not_sent", "ต่อเกตเวย์ JWT\u00a0ไม่ได้"],
  ] as const)("%s: says why in one sentence and offers it", (reason, why) => {
    const order = failed(reason, "promptpay_direct");
    expect(face(order).forward).toBe("next");
    const { now } = sentences(order, direct);
    expect(now).toContain(why);
    expect(now).toContain("ยังไม่ได้เก็บเงิน");
    expect(now).toContain("[Enter] ลอง พร้อมเพย์ของร้าน ต่อ");
  });
  it("is not offered when the backend names none", () => {
    for (const reason of ["refused", "misconfigured", "throttled", "not_sent"] as const) expect(face(failed(reason, null)).forward).not.toBe("next");
  });
  it("Enter takes it, and the key says so", async () => {
    const { till, backend, pass } = await counter();
    backend.faults.down = true;
    type(till, "2 5 0");
    till.forward();
    await pass(200);
    expect(till.bill?.next_provider).toBe("promptpay_direct");
    expect(chargeKey(till)).toMatchObject({ kind: "go", title: "ลอง พร้อมเพย์ของร้าน ต่อ", amount: "250.00", keyName: "Enter" });
    till.forward();
    await pass(200);
    expect(till.bill?.attempts.map((attempt) => attempt.provider)).toEqual(["jwt_gateway", "promptpay_direct"]);
  });
  it("is never offered after a lost answer, and Enter then asks nobody", async () => {
    const { till, backend, pass } = await counter();
    backend.faults.lostAnswer = true;
    type(till, "2 5 0");
    till.forward();
    await pass(200);
    expect(till.bill && kindOf(till.bill)).toBe("unknown");
    expect(till.bill?.next_provider).toBeNull();
    till.forward();
    await pass(500);
    expect(till.bill?.attempts).toHaveLength(1);
    expect(chargeKey(till).kind).toBe("rest");
  });
});

describe("coins", () => {
  it("a choice is asked for, and goes along with the charge", async () => {
    const { till, backend, pass } = await counter();
    till.pick("crypto");
    type(till, "1 4 5 0");
    till.forward();
    expect(till.dialog).toBe("coin");
    expect(backend.charges).toBe(0);
    void till.answer({ coin: "USDT", network: "BSC-BEP20" });
    await pass(300);
    const attempt = till.bill && newest(till.bill);
    expect(attempt?.quote).toMatchObject({ coin: "USDT", network: "BSC-BEP20" });
    expect(attempt?.instruction).toMatchObject({ kind: "crypto_address", coin: "USDT", network: "BSC-BEP20" });
  });
  it("one coin is no choice", async () => {
    const { till, backend, pass } = await counter();
    backend.till = { ...backend.till, methods: backend.till.methods.map((info) => ({ ...info, providers: info.providers.map((one) => ({ ...one, assets: one.assets.slice(0, 1) })) })) };
    await till.refresh();
    till.pick("crypto");
    type(till, "1 4 5 0");
    till.forward();
    await pass(300);
    expect(till.dialog).toBe("none");
    expect(till.bill && kindOf(till.bill)).toBe("waiting");
  });
  it("a coin that is not taken names those that are, networks in words", async () => {
    const { till, pass } = await counter();
    till.pick("crypto");
    type(till, "1 4 5 0");
    till.forward();
    void till.answer({ coin: "DOGE", network: "DOGE" });
    await pass(300);
    expect(till.fault && errorText(till.fault)).toBe("ไม่รับเหรียญนี้ รับ USDT Tron (TRC20), USDT BNB Smart Chain (BEP20), BTC Bitcoin");
  });
  it("says networks in words and keeps a code it does not know", () => {
    expect(networkText("TRX-TRC20")).toBe("Tron (TRC20)");
    expect(networkText("TON")).toBe("TON");
    expect(networkText("NEW-CHAIN")).toBe("NEW-CHAIN");
    expect(ASSETS.map(assetText)).toEqual(["USDT · TRC20", "USDT · BEP20", "BTC · Bitcoin"]);
  });
  it("the quote names amount, rate, source and time; an invoice in baht has none", () => {
    const quote = { coin: "USDT", network: "TRX-TRC20", invoiced: "1044.75", currency: "USD", rate: "32.40", source: "setting", at: "2025-11-21T14:38:20.000+07:00" };
    expect(quoteText(quote)).toBe("ออกบิล 1,044.75\u00a0USD อัตรา 32.40\u00a0บาท ที่ร้านตั้งไว้ 14:38\u00a0น.");
    expect(quoteText({ ...quote, currency: "THB", rate: null })).toBeNull();
  });
  it("asks for a sheet for cash and for a choice of coins only", () => {
    const methods = methodsOf("full");
    const wish = (method: "promptpay" | "truemoney" | "crypto" | "cash") => ({ amount: "250.00", method, provider: null, order: null });
    expect((["promptpay", "truemoney", "crypto", "cash"] as const).map((method) => sheetFor(wish(method), methods))).toEqual([null, null, "coin", "cash"]);
    expect(assetsOf(wish("crypto"), methods)).toEqual(ASSETS);
  });
});

describe("a deposit gateway", () => {
  const order = (change = {}): Order => orderOf({ number: "A-0151", amount: "1284.00", provider: "deposit_gateway", state: "awaiting", openedMs: 0, ...change }, 0);
  it("shows what it changed as a line of its own", () => {
    const up = order({ adjustment: "0.37" });
    const down = order({ adjustment: "-0.12" });
    expect(amountNote(up, newest(up)!)).toBe("+0.37 ผู้ให้บริการปรับยอด");
    expect(amountNote(down, newest(down)!)).toBe("−0.12 ผู้ให้บริการปรับยอด");
    expect(amountNote(order(), newest(order())!)).toBeNull();
  });
  it("says that it cannot be asked, and what Check now does instead", () => {
    expect(sourceLines(newest(order())!)).toEqual(["ถามผู้ให้บริการไม่ได้ รอแจ้งกลับหรือสลิป", "[F5] ขอให้แจ้งกลับมาอีกครั้ง"]);
  });
  it("Check now asks for the callback again and says so", async () => {
    const { till, backend, pass } = await counter();
    const bill = backend.add(order());
    till.open(bill);
    await pass(50);
    void till.check();
    await pass(300);
    expect(till.notices.at("answer")).toBe("ขอให้แจ้งกลับมาอีกครั้งแล้ว");
  });
  it.each([["1234567890", "123-4-56789-0"], ["123-4-56789-0", "123-4-56789-0"], ["123456789012", "1234-5678-9012"], ["12345", "1234-5"], ["xxx-x-x1234-x", "xxx-x-x1234-x"]])("account %s reads %s", (number, grouped) => expect(groupedAccount(number)).toBe(grouped));
  it("names banks by code or letters, and keeps a code it does not know", () => {
    expect([bankName("014"), bankName("scb"), bankName("999")]).toEqual(["ธนาคารไทยพาณิชย์", "ธนาคารไทยพาณิชย์", "999"]);
    expect(bankName("014", "en")).toBe("Siam Commercial Bank");
  });
});

describe("lights and clocks", () => {
  it("a light has a shape of its own besides its colour, and words", () => {
    const shapes = (["ok", "slow", "down"] as const).map((health) => light(health).icon);
    expect(new Set(shapes).size).toBe(3);
    expect(healthText({ ...provider("jwt_gateway", "1.00", "2.00"), health: "slow" })).toBe("เกตเวย์ JWT ช้า");
  });
  it("only those who are asked over the net have one", () => {
    expect(methodsOf("full").map((info) => watched(info).map((one) => one.id))).toEqual([["jwt_gateway"], ["omise_truemoney"], ["crypto_2328"], []]);
  });
  it.each([[600_000, "10\u00a0นาที"], [-185_000, "3\u00a0นาที"], [31_000, "31\u00a0วินาที"]])("%d ms apart is %s", (ms, text) => expect(apartText(ms)).toBe(text));
});

describe("the day against the lists", () => {
  it("adds up the five buckets of all lists", () => {
    const desk = new OwnersDesk();
    expect(totalsOf(desk.reconcile("2025-11-21", undefined))).toEqual({ counts: { agree: 94, only_ours: 1, only_theirs: 1, amount_differs: 1, state_differs: 1 }, open: 4 });
    desk.agrees = true;
    expect(totalsOf(desk.reconcile("2025-11-21", undefined)).open).toBe(0);
  });
  it.each([["2025-11-21", -1, "2025-11-20"], ["2025-12-31", 1, "2026-01-01"], ["2024-03-01", -1, "2024-02-29"]])("%s %d is %s", (day, days, other) => expect(shiftDay(day, days)).toBe(other));
});
