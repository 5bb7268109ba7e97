// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The console: a login, or the pages in their frame, or one VM's console in a window of its own.
 */
import "@xterm/xterm/css/xterm.css";
import "uplot/dist/uPlot.min.css";
import "./style/main.css";
import "./style/parts.css";
import "./style/host.css";
import "./style/vms.css";
import "./style/console.css";
import "./theme";
import { render } from "preact";
import { lostSince, resume, session } from "./api/connection";
import { Login } from "./pages/login";
import { ConsoleWindow } from "./console/window";
import { route } from "./route";
import { Shell, Waiting } from "./shell";
import { t } from "./text";
import { Guard } from "./ui/guard";

function App() {
	const { state } = session.value;

	if (state === "out") return <Login />;
	if (state === "unknown")
		return (
			<Waiting
				text={lostSince.value === undefined ? t.connection.loading : t.connection.waiting}
			/>
		);
	return route.value[0] === "console" ? <ConsoleWindow /> : <Shell />;
}

render(
	<Guard>
		<App />
	</Guard>,
	document.getElementById("app")!,
);
void resume();
