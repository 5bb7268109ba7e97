// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who leaves a form with changes that are not saved is asked first: by the browser, when the page
 * goes, and by `ask`, when a link leads elsewhere in it.
 */
import { useEffect } from "preact/hooks";

export function useLeaving(unsaved: boolean, ask: (goOn: () => void) => void): void {
	useEffect(() => {
		if (!unsaved) return;
		const page = (e: BeforeUnloadEvent) => e.preventDefault();
		const link = (e: MouseEvent) => {
			const to = (e.target as Element).closest?.("a[href^='#/']");

			if (!to || e.defaultPrevented || e.ctrlKey || e.metaKey || e.shiftKey) return;
			if (to.getAttribute("target")) return;
			e.preventDefault();
			ask(() => {
				location.hash = to.getAttribute("href")!;
			});
		};

		addEventListener("beforeunload", page);
		document.addEventListener("click", link);
		return () => {
			removeEventListener("beforeunload", page);
			document.removeEventListener("click", link);
		};
	}, [unsaved]);
}
