// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For a library that makes <style> elements and style attributes, which the server's rules for the
 * page forbid: while it begins, what it gets in place of the former passes its text on to
 * constructed style sheets; the latter are set as scripts may set them.
 */

HTMLSpanElement.prototype.setAttribute = function (name: string, value: string): void {
	if (name === "style") this.style.cssText = value;
	else Element.prototype.setAttribute.call(this, name, value);
};

function styleElement(): HTMLElement {
	const element = Document.prototype.createElement.call(document, "span");
	const sheet = new CSSStyleSheet();
	let text = "";

	element.hidden = true;
	document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
	Object.defineProperty(element, "textContent", {
		get: () => text,
		set: (value: string) => {
			text = value;
			sheet.replaceSync(value);
		},
	});
	element.remove = () => {
		document.adoptedStyleSheets = document.adoptedStyleSheets.filter((s) => s !== sheet);
		HTMLElement.prototype.remove.call(element);
	};
	return element;
}

/** Does what makes them, at once; afterwards the document is as it was. */
export function withSheets(make: () => void): void {
	const page = document as { createElement?: Document["createElement"] };

	page.createElement = ((name: string, options?: ElementCreationOptions) =>
		name.toLowerCase() === "style"
			? styleElement()
			: Document.prototype.createElement.call(
					document,
					name,
					options,
				)) as Document["createElement"];
	try {
		make();
	} finally {
		delete page.createElement; /* what lies behind it is the browser's own */
	}
}
