// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a visitor sees first: the login, or that the page is coming. All the rest is in inside.tsx,
 * which comes while somebody types, or at once for who is logged in already.
 */
import "./style";
import "./theme";
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { lostSince, resume, session } from "./api/connection";
import { Login } from "./pages/login";
import { t } from "./text";
import { Guard } from "./ui/guard";
import { useLazy } from "./ui/lazy";
import { Waiting } from "./ui/waiting";

const loadInside = () => import("./inside");

function Coming() {
	return (
		<Waiting
			text={lostSince.value === undefined ? t.connection.loading : t.connection.waiting}
		/>
	);
}

function Inside() {
	const loaded = useLazy(loadInside);

	return loaded ? <loaded.Inside /> : <Coming />;
}

function App() {
	const { state } = session.value;

	/* Effects come after the first picture. */
	useEffect(() => void loadInside().catch(() => undefined), []);
	if (state === "out") return <Login />;
	return state === "in" ? <Inside /> : <Coming />;
}

void resume();
render(
	<Guard>
		<App />
	</Guard>,
	document.getElementById("app")!,
);
