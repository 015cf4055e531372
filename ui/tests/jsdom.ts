// What jsdom lacks and the pages use. Imported for its effect by every test that mounts a page.

// There are no modal dialogs; the attribute is what the page and axe look at.
HTMLDialogElement.prototype.showModal = function show(this: HTMLDialogElement) { this.setAttribute("open", ""); };
HTMLDialogElement.prototype.close = function close(this: HTMLDialogElement) { this.removeAttribute("open"); };
// Nothing is drawn: the pages do without a picture then.
HTMLCanvasElement.prototype.getContext = (() => null) as never;
