// Slips at the counter: every way in, every verdict, the choice, the manager's word, the tray.
import { flushSync, mount, tick, unmount } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import { sampleSlip, VERDICTS } from "../src/design/gallery/sample-slips";
import type { Client } from "../src/ipc/client";
import { ClipboardWatch, clipboardOf, type Clip } from "../src/features/slip/clipboard-watch.svelte";
import { takesSlip } from "../src/features/slip/desk.svelte";
import { formOf, scannedCharacter } from "../src/features/slip/form";
import { fromFiles, fromText, fromTransfer, LARGEST_BYTES, requestOf, type Taken } from "../src/features/slip/intake";
import { amountMark, panelFace, receiverMark, verdictFace, withoutWait } from "../src/features/slip/verdict";
import type { SlipVerdict } from "../src/ipc/generated";
import { memoryHost, type Memory } from "../src/ipc/memory";
import { setLanguage } from "../src/messages/index.svelte";
import { Preferences } from "../src/screens/Cashier/preferences.svelte";
import { counter } from "./support";
import "./jsdom";

const SLIP = "0041000600000101030140220020251121143450ABCD125102TH910417DF";
const PAYMENT = "00020101021229370016A000000677010111011300668123456785802TH530376454042500";
const WALLET = "00480002010102010203P2P0313TXN00012345670408250120249104b425";

describe("what a text looks like", () => {
  it.each([
    [SLIP, "code"], [WALLET, "code"], [PAYMENT, "code"], ["https://slips.example/one.png", "link"],
    ["8850999320007", "other"], ["00385412345678901234", "other"], ["250", "other"], ["0041", "other"], ["http://slips.example/one.png", "other"], ["สลิปจากลูกค้า", "other"], ["", "other"],
  ])("%s is %s", (text, form) => expect(formOf(text)).toBe(form));
  it.each([
    ["Digit0", "จ", false, "0"], ["KeyT", "ะ", true, "T"], ["KeyT", "T", false, "t"], ["KeyH", "h", true, "H"], ["Numpad7", "7", false, "7"], ["Slash", "ฝ", false, "/"], ["", "9", false, "9"],
  ])("a scanner's %s (%s) on any layout and with Caps Lock is meant by place", (code, key, shiftKey, meant) => {
    expect(scannedCharacter({ code, key, shiftKey })).toBe(meant);
  });
});

const file = (bytes: number, type = "image/jpeg"): File => new File([new Uint8Array(bytes)], "slip", { type });
const transfer = (files: File[], text = ""): Pick<DataTransfer, "files" | "getData"> => ({ files: files as unknown as FileList, getData: () => text });

describe("taking it in", () => {
  it("sends a picture as it is, byte for byte, up to the limit and not one more", async () => {
    const taken = fromFiles([new File([Uint8Array.of(0xff, 0xd8, 0, 7)], "slip.jpg", { type: "image/jpeg" })]);
    if (!("source" in taken)) throw new Error("refused");
    expect(await requestOf(taken.source)).toEqual({ picture_base64: "/9gABw==" });
    expect(fromFiles([file(LARGEST_BYTES)])).toHaveProperty("source");
    expect(fromFiles([file(LARGEST_BYTES + 1)])).toEqual({ refusal: "too_large" });
  });
  it("says at once what it cannot take, and leaves a file without a type to the backend", () => {
    expect(fromFiles([file(9, "application/pdf")])).toEqual({ refusal: "not_picture" });
    expect(fromFiles([file(9), file(9)])).toEqual({ refusal: "several" });
    expect(fromFiles([file(9, "")])).toHaveProperty("source");
    expect(fromText("ขอบคุณครับ")).toEqual({ refusal: "not_slip_text" });
    expect(fromText("  ")).toEqual({ refusal: "nothing" });
  });
  it("prefers the picture of a paste, then its text, then its address", async () => {
    expect(fromTransfer(transfer([file(3)], "https://chat.example/p.png"))).toMatchObject({ source: { kind: "picture" } });
    expect(fromTransfer(transfer([], ` ${SLIP}\n`))).toEqual({ source: { kind: "text", text: SLIP } });
    expect(fromTransfer(transfer([], "https://chat.example/p.png"))).toEqual({ source: { kind: "url", url: "https://chat.example/p.png" } });
  });
});

describe("the face of a verdict", () => {
  const red: readonly SlipVerdict[] = ["wrong_amount", "wrong_receiver", "already_used", "too_old", "not_a_slip"];
  it.each(VERDICTS)("%s: red only where the slip itself does not pay the bill, and two ways on", (verdict) => {
    const face = verdictFace(sampleSlip(verdict));
    expect(face.tone === "bad").toBe(red.includes(verdict));
    expect(face.tone === "paid").toBe(verdict === "accepted");
    expect(face.acts).toHaveLength(2);
    expect(face.acts.includes("override")).toBe(sampleSlip(verdict).may_override);
  });
  it("offers a manager's word only where the judge allows it, somebody may, and the slip is still at hand", () => {
    const slip = sampleSlip("too_old");
    expect(panelFace(slip, "no", { override: true, ask: true }).acts).toContain("override");
    expect(panelFace(slip, "no", { override: false, ask: true }).acts).not.toContain("override");
    expect(panelFace(slip, "no", { override: true, ask: false }).acts).not.toContain("override");
    for (const verdict of ["wrong_amount", "wrong_receiver", "already_used", "not_found"] as const) expect(panelFace(sampleSlip(verdict), "no", { override: true, ask: true }).acts).not.toContain("override");
  });
  it("nothing is chosen beforehand where a person must look", () => {
    expect(verdictFace(sampleSlip("needs_review")).decided).toBe(false);
    expect(verdictFace(sampleSlip("needs_review", { choices: ["A-1", "A-2"] })).acts).toEqual(["back"]);
    expect(verdictFace(sampleSlip("needs_review", { order: "A-1", choices: ["A-2"], may_override: true })).acts).toEqual(["back", "override"]);
  });
  it("a slip shown twice for its own bill is no fault of anybody's", () => {
    expect(verdictFace(sampleSlip("already_used", { order: "A-0141", used_by: "A-0141" })).tone).toBe("seen");
  });
  it("marks only what was looked at", () => {
    expect(amountMark(sampleSlip("wrong_receiver"))).toBeNull();
    expect(receiverMark(sampleSlip("wrong_amount"), false)).toBeNull();
    expect(receiverMark(sampleSlip("accepted"), false)).toBe("good");
    expect(receiverMark(sampleSlip("accepted"), true)).toBeNull();
  });
  it("leaves the frozen wait out of the sentence", () => {
    const slip = sampleSlip("unavailable");
    expect(withoutWait(slip.message_th)).toBe("ติดต่อระบบตรวจสลิปไม่ได้ (ไม่เกี่ยวกับสลิปลูกค้า)");
    expect(withoutWait(slip.message_en)).toBe("The slip check cannot be reached (not the customer's slip).");
    expect(withoutWait(sampleSlip("wrong_amount").message_th)).toBe(sampleSlip("wrong_amount").message_th);
  });
});

describe("the clipboard, when it is watched", () => {
  function watched(): { clips: Clip[]; taken: Taken[]; watch: ClipboardWatch } {
    const clips: Clip[] = [];
    const taken: Taken[] = [];
    const watch = new ClipboardWatch((one) => void taken.push(one), async () => {
      const clip = clips.shift();
      if (!clip) throw new Error("not allowed");
      return clip;
    });
    vi.spyOn(document, "hasFocus").mockReturnValue(true);
    return { clips, taken, watch };
  }
  const text = (value: string): Clip => ({ picture: null, text: value });
  it("leaves alone what lay there, takes what is new, once, and never a note or an amount", async () => {
    const { clips, taken, watch } = watched();
    clips.push(text(SLIP), text(SLIP), text("250"), text("https://slips.example/a.png"), text(WALLET), text(WALLET), { picture: file(12), text: "" });
    for (let look = 0; look < 7; look += 1) await watch.look();
    expect(taken).toEqual([{ source: { kind: "text", text: WALLET } }, { source: { kind: "picture", picture: expect.any(Blob) } }]);
    await watch.look();
    expect(watch.refused).toBe(true);
  });
  it("reads the shell's clipboard, and the browser's only where there is no shell", async () => {
    const replies = [
      { unchanged: false, picture_base64: null, text: "250" },
      { unchanged: true, picture_base64: null, text: null },
      { unchanged: false, picture_base64: btoa("png"), text: null },
    ];
    const read = clipboardOf(() => ({ clipboard_look: async () => replies.shift() }) as unknown as Client);
    expect(await read()).toEqual({ picture: null, text: "250" });
    expect(await read()).toBeNull();
    expect(await (await read())?.picture?.text()).toBe("png");
    const elsewhere = clipboardOf(() => ({ clipboard_look: async () => { throw { code: "internal", params: {}, incident: null }; } }) as unknown as Client);
    await expect(elsewhere()).rejects.toMatchObject({ code: "internal" });
  });
  it("goes on from what the shell already knew", async () => {
    const taken: Taken[] = [];
    const clips: (Clip | null)[] = [null, text(SLIP), null];
    const watch = new ClipboardWatch((one) => void taken.push(one), async () => clips.shift() ?? null);
    vi.spyOn(document, "hasFocus").mockReturnValue(true);
    for (let look = 0; look < 4; look += 1) await watch.look();
    expect(taken).toEqual([{ source: { kind: "text", text: SLIP } }]);
  });
  it("is off until somebody switches it on", () => {
    localStorage.clear();
    expect(new Preferences().clipboard).toBe("off");
  });
});

describe("the desk", () => {
  it("lays a verdict into the tray when the counter has moved on, and over the bill when it has not", async () => {
    const made = await counter();
    made.backend.slips.next = "wrong_receiver";
    made.slips.take({ source: { kind: "text", text: SLIP } });
    expect(made.slips.busySince).not.toBeNull();
    made.till.key("5");
    await made.pass(1000);
    expect(made.slips.busySince).toBeNull();
    expect([made.slips.view, made.slips.unread.length, made.heard]).toEqual(["none", 1, ["failed"]]);
    made.slips.take({ source: { kind: "text", text: SLIP } });
    await made.pass(1000);
    expect([made.slips.view, made.slips.shown?.slip.verdict]).toEqual(["verdict", "wrong_receiver"]);
  });
  it("is for the bill on screen when a transfer can pay that, and finds its own bill otherwise", async () => {
    const made = await counter();
    const wanted = made.backend.orders.map((order) => [order.number, takesSlip(order)]);
    expect(wanted.filter(([, takes]) => takes).map(([number]) => number)).toEqual(["A-0142"]);
    made.slips.take({ source: { kind: "text", text: SLIP } });
    await made.pass(1000);
    expect(made.backend.slips.asked[0]).toEqual({ text: SLIP });
  });
  it("says a refusal at once and asks nobody", async () => {
    const made = await counter();
    made.slips.take({ refusal: "too_large" });
    expect(made.heard[0]).toContain("4\u00a0MB");
    expect(made.backend.slips.asked).toEqual([]);
  });
  it("a waiting slip that pays its bill gives the paid signal; one that does not is laid into the tray", async () => {
    const made = await counter();
    for (const key of ["2", "5", "0"] as const) made.till.key(key);
    const charging = made.till.charge();
    await made.pass(200);
    await charging;
    const number = made.till.bill?.number ?? "";
    made.backend.slips.next = "bank_pending";
    made.slips.take({ source: { kind: "text", text: SLIP } });
    await made.pass(1000);
    expect(made.backend.slips.asked[0]).toEqual({ text: SLIP, order: number });
    expect(made.slips.waiting).toHaveLength(1);
    made.slips.close();
    made.till.park();
    const [first] = made.slips.waiting;
    made.backend.slips.bankAnswers(first?.slip_id ?? "", true);
    await made.pass(50);
    expect(made.till.paid?.number).toBe(number);
    expect([made.slips.count, made.slips.view]).toEqual([0, "none"]);
    made.till.dismissPaid();

    made.till.key("7");
    const second = made.till.charge();
    await made.pass(200);
    await second;
    made.slips.take({ source: { kind: "text", text: WALLET } });
    await made.pass(1000);
    made.slips.close();
    made.backend.slips.bankAnswers(made.slips.waiting[0]?.slip_id ?? "", false);
    await made.pass(50);
    expect(made.slips.unread.map((shown) => shown.over)).toEqual(["unpaid"]);
    expect(made.till.paid).toBeNull();
  });
});

// ── the window ─────────────────────────────────────────────────────────────────────────────────────────────────────────

let app: ReturnType<typeof mount> | null = null;

beforeEach(() => {
  vi.useRealTimers();
  localStorage.clear();
  document.body.innerHTML = '<div id="app"></div>';
});
afterEach(() => {
  if (app) void unmount(app);
  app = null;
});

async function open(query: string, language: "th" | "en" = "th"): Promise<Memory> {
  const memory = memoryHost(new URLSearchParams(query));
  memory.backend.answerMs = 5;
  memory.backend.slips.answerMs = 5;
  setLanguage(language);
  const preferences = new Preferences();
  preferences.setLanguage(language);
  const target = document.getElementById("app");
  if (!target) throw new Error("no place");
  app = mount(App, { target, props: { host: memory.host, route: "cashier", preferences, ready: memory.stage } });
  await vi.waitFor(() => expect(at("charge-key")).not.toBeNull());
  await tick();
  flushSync();
  return memory;
}

const at = (testid: string): HTMLElement | null => document.querySelector(`[data-testid="${testid}"]`);
function strike(code: string, key = code, more: KeyboardEventInit = {}): void {
  window.dispatchEvent(new KeyboardEvent("keydown", { code, key, bubbles: true, cancelable: true, ...more }));
  flushSync();
}
function scan(text: string, layout: (character: string) => string = (character) => character): void {
  let atMs = 50_000;
  for (const character of [...text, "Enter"]) {
    const code = character === "Enter" ? "Enter" : /\d/.test(character) ? `Digit${character}` : `Key${character.toUpperCase()}`;
    const key = character === "Enter" ? character : layout(character);
    const event = new KeyboardEvent("keydown", { code, key, shiftKey: /^[A-Z]$/.test(character), bubbles: true, cancelable: true });
    Object.defineProperty(event, "timeStamp", { value: (atMs += 6) });
    window.dispatchEvent(event);
  }
  flushSync();
}
function carry(kind: "drop" | "paste", data: Pick<DataTransfer, "files" | "getData">): Event {
  const event = new Event(kind, { bubbles: true, cancelable: true });
  Object.defineProperty(event, kind === "drop" ? "dataTransfer" : "clipboardData", { value: data });
  window.dispatchEvent(event);
  flushSync();
  return event;
}
const verdict = (): string | undefined => at("slip-panel")?.dataset.verdict;
const settled = async (wanted: SlipVerdict): Promise<void> => vi.waitFor(() => expect(verdict()).toBe(wanted));

describe("every way in, with one action", () => {
  it("a drop anywhere pays the bill on screen and shows the paid screen like any other", async () => {
    const { backend, order } = await open("state=waiting");
    expect(carry("drop", transfer([file(30)])).defaultPrevented).toBe(true);
    await vi.waitFor(() => expect(at("paid-screen")).not.toBeNull());
    expect(at("paid-screen")?.textContent).toContain("สลิปที่ตรวจแล้ว");
    expect(backend.slips.asked[0]?.order).toBe(order?.number);
    expect(at("slip-panel")).toBeNull();
  });
  it("a paste of a text, and of a picture", async () => {
    const { backend } = await open("state=idle");
    backend.slips.next = "not_found";
    carry("paste", transfer([], SLIP));
    await settled("not_found");
    backend.slips.next = "damaged";
    carry("paste", transfer([file(5)]));
    await settled("damaged");
    expect(backend.slips.asked.map((request) => Object.keys(request))).toEqual([["text"], ["picture_base64"]]);
  });
  it("a paste that hides its picture, as WebKitGTK does: the clipboard is asked while the paste is under way", async () => {
    const { backend } = await open("state=idle");
    backend.slips.next = "not_found";
    const read = async (): Promise<unknown> => [{ types: ["image/png"], getType: async () => file(7, "image/png") }];
    Object.defineProperty(navigator, "clipboard", { value: { read }, configurable: true });
    carry("paste", transfer([]));
    await settled("not_found");
    expect(backend.slips.asked).toEqual([{ picture_base64: "AAAAAAAAAA==" }]);
    Reflect.deleteProperty(navigator, "clipboard");
  });
  it("a scanner, on a Thai layout, over a waiting bill: no figure is typed and the bill stays", async () => {
    const { backend, order } = await open("state=waiting");
    backend.slips.next = "wrong_amount";
    scan(SLIP, (character) => (/\d/.test(character) ? "ๅ/-ภถุึคตจ"[Number(character)] ?? "?" : "ะ"));
    await settled("wrong_amount");
    expect(backend.slips.asked).toEqual([{ text: SLIP, order: order?.number }]);
    expect(backend.charges).toBe(0);
    expect(at("slip-panel")?.textContent).toContain("ขาด 50.00");
  });
  it("a barcode goes nowhere", async () => {
    const { backend } = await open("state=idle");
    scan("8850999320007");
    expect(backend.slips.asked).toEqual([]);
    expect(document.body.textContent).toContain("เครื่องสแกน");
  });
  it("F7 and the row's key open the file chooser; the camera is absent where the web view has none", async () => {
    await open("state=waiting");
    const clicked = vi.spyOn(HTMLInputElement.prototype, "click").mockImplementation(() => undefined);
    strike("F7");
    at("slip-choose")?.click();
    expect(clicked).toHaveBeenCalledTimes(2);
    clicked.mockRestore();
    expect(at("slip-camera-open")).toBeNull();
  });
  it("a file of 4 MiB and one byte is told at once", async () => {
    const { backend } = await open("state=idle");
    carry("drop", transfer([file(LARGEST_BYTES + 1)]));
    expect(at("note")?.textContent).toContain("รูปใหญ่เกิน");
    expect(backend.slips.asked).toEqual([]);
  });
  it("nothing comes in while a dialog asks for a PIN", async () => {
    const { backend } = await open("state=confirm");
    await vi.waitFor(() => expect(at("pin-pad")).not.toBeNull());
    carry("drop", transfer([file(30)]));
    scan(SLIP);
    expect(backend.slips.asked).toEqual([]);
  });
  it.each(["waiting", "slip_expired", "unknown", "waiting_wallet", "open_ended"])("it is offered on the bill: %s", async (name) => {
    await open(`state=${name}`);
    expect(at("slip-choose") ?? at("slip-compact")).not.toBeNull();
  });
  it("while it is checked the counter says so and goes on", async () => {
    const { backend } = await open("state=idle");
    backend.slips.answerMs = 1e9;
    carry("paste", transfer([], SLIP));
    await vi.waitFor(() => expect(at("slip-zone")?.dataset.busy).toBe("true"));
    for (const figure of "250") strike(`Digit${figure}`, figure);
    strike("Enter");
    await vi.waitFor(() => expect(at("bill-state")?.dataset.state).toBe("waiting"));
  });
});

describe("every verdict, in both languages", () => {
  it.each(VERDICTS.filter((name) => name !== "accepted").flatMap((name) => [[name, "th"], [name, "en"]] as const))("%s in %s: the cashier's word, the customer's sentence, the way on", async (name, language) => {
    await open(`state=slip_${name}`, language);
    await settled(name);
    const slip = sampleSlip(name);
    const said = (at("slip-say")?.textContent ?? "").replaceAll("\u00a0", " ");
    expect(said).toBe(`“${language === "th" ? slip.customer_th : slip.customer_en}”`);
    expect(document.querySelectorAll(".do button")).toHaveLength(2);
    strike("Escape");
    expect(at("slip-panel")).toBeNull();
    expect(at("bill-state")?.dataset.state).toBe("waiting");
  });
  it("a used slip names the earlier bill and opens it", async () => {
    await open("state=slip_already_used");
    await settled("already_used");
    await vi.waitFor(() => expect(at("slip-panel")?.textContent).toContain("1,284.37"));
    at("slip-act-open")?.click();
    flushSync();
    expect(at("bill-number")?.textContent).toBe("A-0141");
  });
  it("a late bank counts down, and Enter goes on with the next customer", async () => {
    await open("state=slip_bank_pending");
    await settled("bank_pending");
    expect(at("slip-countdown")?.textContent).toMatch(/^0:4[78]$/);
    expect(at("slip-tray-open")?.textContent).toContain("1");
    strike("Enter");
    expect(at("slip-panel")).toBeNull();
    expect(at("bill-state")?.dataset.state).toBe("idle");
  });
  it("a fault of the shop's names its setting, and not the customer", async () => {
    await open("state=slip_misconfigured");
    await settled("misconfigured");
    expect(at("slip-setting")?.textContent).toBe("KEPTANG_SECRET__EASYSLIP__API_KEY");
    expect(at("slip-say")?.textContent).toContain("ระบบของร้าน");
  });
});

describe("two bills fit", () => {
  it("2 chooses, and that bill is paid", async () => {
    const { backend } = await open("state=slip_choices");
    await settled("needs_review");
    expect(at("slip-act-back")).not.toBeNull();
    strike("Enter");
    expect(at("slip-panel")).not.toBeNull();
    strike("Digit2", "2");
    await vi.waitFor(() => expect(at("paid-screen")).not.toBeNull());
    expect(backend.slips.asked.at(-1)).toMatchObject({ order: "A-0147" });
    expect(backend.orders.find((order) => order.number === "A-0148")?.state).toBe("due");
  });
});

describe("a manager's word", () => {
  it("needs a reason and a PIN; a wrong one changes nothing; the right one pays", async () => {
    const { backend } = await open("state=slip_needs_review");
    await settled("needs_review");
    at("slip-act-override")?.click();
    flushSync();
    expect(at("slip-override-do")?.hasAttribute("disabled")).toBe(true);
    at("slip-reason-bank_app")?.click();
    flushSync();
    const pin = (figures: string): void => {
      for (const figure of figures) strike(`Digit${figure}`, figure);
      at("slip-override-do")?.click();
      flushSync();
    };
    pin("9999");
    await vi.waitFor(() => expect(at("pin-answer")?.textContent).toContain("เหลืออีก 2"));
    expect(verdict()).toBe("needs_review");
    pin("1234");
    await vi.waitFor(() => expect(at("paid-screen")).not.toBeNull());
    expect(at("slip-override")).toBeNull();
    expect(backend.slips.asked.at(-1)?.approval).toEqual({ user: "บอย", pin: "1234", reason: "เห็นเงินในแอปธนาคารของร้าน" });
  });
});

describe("the tray", () => {
  it("counts, opens with Shift F7, counts down, and pays the bill whose bank answered", async () => {
    const { backend } = await open("state=slip_tray");
    await vi.waitFor(() => expect(document.querySelectorAll('[data-testid="slip-waiting"]')).toHaveLength(2));
    expect(at("slip-tray-open")?.textContent).toContain("3");
    expect(at("slip-tray")?.textContent).toContain("โควตาใกล้หมด");
    at("slip-unread")?.click();
    flushSync();
    expect(verdict()).toBe("wrong_amount");
    strike("Escape");
    strike("F7", "F7", { shiftKey: true });
    expect(at("slip-tray")).not.toBeNull();
    backend.slips.bankAnswers("01JDWAITA-0139", true);
    await vi.waitFor(() => expect(at("paid-screen")?.textContent).toContain("A-0139"));
    await vi.waitFor(() => expect(at("slip-tray-open")?.textContent).toContain("1"));
  });
});

describe("the customer of the drill", () => {
  it("shows a slip from the training panel, which goes the way of every picture", async () => {
    const { backend } = await open("state=waiting&training=1");
    at("training-page-slip")?.click();
    flushSync();
    at("training-slip-other_shop")?.click();
    await settled("wrong_receiver");
    expect(backend.slips.asked[0]).toHaveProperty("picture_base64");
  });
});
