// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The frame around the pages: sections, who is logged in, and whether the host answers.
 */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import icon from "../icon.svg";
import { complete, logout, lostSince, session } from "./api/connection";
import { needsAttention } from "./api/messages";
import { table, theHost } from "./api/store";
import { OwnPassword } from "./pages/host/accounts";
import { Leaving } from "./pages/host/power";
import { TrialBanner } from "./pages/networks/banner";
import { Page404, sections, pageFor } from "./pages";
import { route, to } from "./route";
import { t } from "./text";
import { setTheme, theme, type Theme } from "./theme";
import { Dialogs, openDialog } from "./ui/dialog";
import { Guard } from "./ui/guard";
import { Icon } from "./ui/icons";
import { Menu } from "./ui/menu";
import { Toasts } from "./ui/toast";
import { Uploads } from "./ui/uploads";
import { Waiting } from "./ui/waiting";

function alertCount(): number {
	let n = 0;

	for (const message of table("message").values()) n += needsAttention(message) ? 1 : 0;
	return n;
}

function Side() {
	const current = route.value[0] ?? "";
	const host = theHost()?.[1];
	const user = session.value.state === "in" ? session.value.user : undefined;
	const alerts = alertCount();

	return (
		<header class="side">
			<a class="brand" href={to()}>
				<img src={icon} alt="" />
				<span dir="auto">{host?.name_label || t.product}</span>
			</a>
			<nav aria-label={t.nav.label}>
				{sections.map(({ path, title, short, icon: name }) => (
					<a
						key={path}
						href={to(...(path ? [path] : []))}
						aria-current={current === path ? "page" : undefined}
					>
						<Icon name={name} />
						<span class="long">{title}</span>
						<span class="short">{short ?? title}</span>
						{path === "events" && alerts > 0 && <span class="count">{alerts}</span>}
					</a>
				))}
			</nav>
			<div class="foot">
				<span class="who" dir="auto" title={user && t.user.roles[user.role]}>
					{user?.name}
				</span>
				<Menu
					label={t.theme.label}
					icon="theme"
					iconOnly
					items={(["auto", "light", "dark"] as Theme[]).map((value) => ({
						label: t.theme[value],
						icon: theme.value === value ? ("ok" as const) : undefined,
						onChoose: () => setTheme(value),
					}))}
				/>
				<Menu
					label={user ? t.user.label(user.name) : ""}
					icon="user"
					iconOnly
					items={[
						{
							label: t.host.ownPassword,
							icon: "lock",
							onChoose: () => openDialog((close) => <OwnPassword close={close} />),
						},
						{
							label: t.user.logout,
							icon: "power",
							onChoose: logout,
						},
					]}
				/>
			</div>
		</header>
	);
}

function Lost() {
	const [, tick] = useState(0);
	const since = lostSince.value;

	useEffect(() => {
		if (since === undefined) return;
		const timer = setInterval(() => tick((n) => n + 1), 1000);
		return () => clearInterval(timer);
	}, [since]);
	return (
		<div role="status">
			{since !== undefined && (
				<div class="banner">
					{t.connection.lost(Math.round((Date.now() - since) / 1000))}
				</div>
			)}
		</div>
	);
}

export function Shell() {
	const place = route.value;
	const main = useRef<HTMLElement>(null);
	const first = useRef(true);
	const ThePage = pageFor(place) ?? Page404;

	/*
	 * A new page begins at its top, for eyes and for screen readers: with the drawing, for later
	 * somebody may be in one of its fields.
	 */
	useLayoutEffect(() => {
		if (!first.current) {
			main.current?.focus({ preventScroll: true });
			scrollTo(0, 0);
		}
		first.current = false;
	}, [place.slice(0, 2).join("/")]);

	return (
		<>
			<a
				class="skip"
				href="#main"
				onClick={(e) => {
					e.preventDefault();
					main.current?.focus();
				}}
			>
				{t.skipToContent}
			</a>
			<TrialBanner />
			<Lost />
			<div class="shell">
				<Side />
				<main id="main" ref={main} tabIndex={-1}>
					{complete.value ? (
						<Guard place={place.join("/")}>
							<ThePage key={place[0]} parts={place.slice(1)} />
						</Guard>
					) : (
						<Waiting text={t.connection.loading} />
					)}
				</main>
			</div>
			<Dialogs />
			<Uploads />
			<Leaving />
			<Toasts />
		</>
	);
}
