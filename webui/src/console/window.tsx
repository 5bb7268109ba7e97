// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VM's console in a window of its own, without the frame: #/console/UUID.
 */
import { useEffect } from "preact/hooks";
import { complete } from "../api/connection";
import { byUuid } from "../api/store";
import { Page404 } from "../pages/page404";
import { route } from "../route";
import { t } from "../text";
import { Dialogs } from "../ui/dialog";
import { Toasts } from "../ui/toast";
import { Waiting } from "../ui/waiting";
import { Console } from "./console";

function Inside() {
	const found = byUuid("VM", route.value[1] ?? "");
	const name = found?.[1].name_label ?? "";

	useEffect(() => {
		if (name) document.title = `${name} – ${t.console.title}`;
	}, [name]);
	if (!complete.value) return <Waiting text={t.connection.loading} />;
	if (!found) return <Page404 />;
	return (
		<>
			<h1 class="sr-only" dir="auto">
				{t.console.of(name)}
			</h1>
			<Console vmRef={found[0]} vm={found[1]} own />
		</>
	);
}

export function ConsoleWindow() {
	return (
		<>
			<main class="console-window" id="main">
				<Inside />
			</main>
			<Dialogs />
			<Toasts />
		</>
	);
}
