// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parts that are loaded when they are first shown. When the host does not answer just then they
 * come later, by themselves.
 */
import { useEffect, useState } from "preact/hooks";

const AGAIN_MS = 5000;

/** What `load` gives; undefined until it is there. The function must stay the same. */
export function useLazy<Module>(load: () => Promise<Module>): Module | undefined {
	const [loaded, setLoaded] = useState<Module>();

	useEffect(() => {
		let timer = 0;
		let gone = false;

		function attempt(): void {
			load().then(
				(module) => gone || setLoaded(() => module),
				() => (timer = setTimeout(attempt, AGAIN_MS)),
			);
		}

		attempt();
		return () => {
			gone = true;
			clearTimeout(timer);
		};
	}, [load]);
	return loaded;
}
