// From what was dropped, pasted, chosen or photographed to what is sent. Pictures go as they are: shrinking one here could
// lose the very modules the reader needs.
import type { SlipRequest } from "../../ipc/generated";
import { formOf } from "./form";

export type Source = { kind: "picture"; picture: Blob } | { kind: "text"; text: string } | { kind: "url"; url: string };
/** Why nothing was sent. */
export type Refusal = "too_large" | "not_picture" | "several" | "not_slip_text" | "nothing";
export type Taken = { source: Source } | { refusal: Refusal };

/** What the slip check takes at most (easyslip.md, section 3). */
export const LARGEST_BYTES = 4 * 1024 * 1024;

/** One picture. A file without a type is left to the backend to recognise. */
export function fromFiles(files: readonly File[]): Taken {
  const [file] = files;
  if (file === undefined) return { refusal: "nothing" };
  if (files.length > 1) return { refusal: "several" };
  return fromPicture(file);
}

export function fromPicture(picture: Blob): Taken {
  if (picture.type !== "" && !picture.type.startsWith("image/")) return { refusal: "not_picture" };
  if (picture.size === 0) return { refusal: "nothing" };
  return picture.size > LARGEST_BYTES ? { refusal: "too_large" } : { source: { kind: "picture", picture } };
}

export function fromText(raw: string): Taken {
  const text = raw.trim();
  switch (formOf(text)) {
    case "code": return { source: { kind: "text", text } };
    case "link": return { source: { kind: "url", url: text } };
    case "other": return { refusal: text === "" ? "nothing" : "not_slip_text" };
  }
}

/** A picture that came as base64: the customer's, in training. */
export function fromBase64(text: string, type: string): Taken {
  return fromPicture(new Blob([Uint8Array.from(atob(text), (character) => character.charCodeAt(0))], { type }));
}

/** What a drop or a paste carries: a picture before a text, because a picture copied from a chat brings its address along. */
export function fromTransfer(data: Pick<DataTransfer, "files" | "getData">): Taken {
  const files = [...data.files];
  if (files.length > 0) return fromFiles(files);
  return fromText(data.getData("text/plain"));
}

function base64(picture: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => reject(reader.error ?? new Error("a picture could not be read"));
    reader.readAsDataURL(picture);
  });
}

export async function requestOf(source: Source): Promise<SlipRequest> {
  switch (source.kind) {
    case "picture": return { picture_base64: await base64(source.picture) };
    case "text": return { text: source.text };
    case "url": return { url: source.url };
  }
}
