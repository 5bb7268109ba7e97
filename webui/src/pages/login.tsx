// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The login. The address stays: after it the page is the one that was asked for.
 */
import { useEffect, useState } from "preact/hooks";
import icon from "../../icon.svg";
import { login, session } from "../api/connection";
import { ApiError } from "../api/rpc";
import { t, words } from "../text";
import { Button } from "../ui/button";
import { TextField } from "../ui/fields";
import { Notice } from "../ui/layout";

function refusal(e: unknown): string {
	if (!(e instanceof ApiError)) return words(e);
	if (e.params.some((p) => /no password/i.test(p))) return t.login.noPassword;
	if (e.code === "SESSION_AUTHENTICATION_FAILED")
		return e.params.some((p) => /wait|too many|later/i.test(p)) ? t.login.slow : t.login.wrong;
	return words(e);
}

export function Login() {
	const [user, setUser] = useState("root");
	const [password, setPassword] = useState("");
	const [error, setError] = useState<string>();
	const [busy, setBusy] = useState(false);
	const expired = session.value.state === "out" && session.value.expired;

	useEffect(() => {
		document.title = `${t.login.title} – ${t.product}`;
	}, []);

	async function submit(e: Event): Promise<void> {
		e.preventDefault();
		if (busy) return;
		setBusy(true);
		setError(undefined);
		try {
			await login(user, password);
		} catch (refused) {
			setError(refusal(refused));
			setPassword("");
			setBusy(false);
		}
	}

	return (
		<main class="login">
			<form onSubmit={(e) => void submit(e)}>
				<div class="brand">
					<img src={icon} alt="" />
					<h1>{t.product}</h1>
				</div>
				{expired && !error && <Notice>{t.login.expired}</Notice>}
				<TextField
					label={t.login.user}
					value={user}
					onChange={setUser}
					autoComplete="username"
					required
				/>
				<TextField
					label={t.login.password}
					value={password}
					onChange={setPassword}
					type="password"
					autoComplete="current-password"
					autoFocus
				/>
				{error && <Notice kind="error">{error}</Notice>}
				<Button label={t.login.submit} kind="primary" submit disabled={busy} />
				<p class="hint">{t.login.fingerprint}</p>
			</form>
		</main>
	);
}
