// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The console for who is logged in: the pages in their frame, or one VM's console in a window of
 * its own.
 */
import "./main"; /* is there already; said, the bundler leaves all of it in one file */
import { ConsoleWindow } from "./console/window";
import { route } from "./route";
import { Shell } from "./shell";

export function Inside() {
	return route.value[0] === "console" ? <ConsoleWindow /> : <Shell />;
}
