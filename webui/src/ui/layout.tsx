// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What pages are laid out with: the heading with its actions, tabs, cards, lists of facts, bars.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { percent, t } from "../text";
import { Icon, type IconName } from "./icons";

export function Page({
	title,
	subtitle,
	back,
	actions,
	children,
}: {
	title: string;
	subtitle?: ComponentChildren;
	back?: { label: string; href: string };
	actions?: ComponentChildren;
	children: ComponentChildren;
}) {
	useEffect(() => {
		document.title = `${title} – ${t.product}`;
	}, [title]);

	return (
		<>
			<header class="page-head">
				<div class="grow">
					{back && (
						<a class="back" href={back.href}>
							{back.label}
						</a>
					)}
					<h1 dir="auto">{title}</h1>
					{subtitle && (
						<p class="subtitle" dir="auto">
							{subtitle}
						</p>
					)}
				</div>
				{actions && <div class="actions">{actions}</div>}
			</header>
			{children}
		</>
	);
}

/** Each tab is a place with an address; the current one is marked. */
export function Tabs({
	label,
	tabs,
	current,
}: {
	label: string;
	tabs: readonly { id: string; title: string; href: string }[];
	current: string;
}) {
	const row = useRef<HTMLElement>(null);

	/* On a phone the row is longer than the screen. */
	useEffect(() => {
		row.current
			?.querySelector("[aria-current]")
			?.scrollIntoView({ inline: "nearest", block: "nearest" });
	}, [current]);
	return (
		<nav class="tabs" aria-label={label} ref={row}>
			{tabs.map((tab) => (
				<a
					key={tab.id}
					href={tab.href}
					aria-current={tab.id === current ? "page" : undefined}
				>
					{tab.title}
				</a>
			))}
		</nav>
	);
}

export function Card({
	title,
	actions,
	children,
	wide,
}: {
	title?: string;
	actions?: ComponentChildren;
	children: ComponentChildren;
	wide?: boolean;
}) {
	return (
		<section class={`card ${wide ? "wide" : ""}`}>
			{(title || actions) && (
				<header>
					<h2 class="grow">{title}</h2>
					{actions}
				</header>
			)}
			{children}
		</section>
	);
}

/** Pairs of what and its value; those without a value are left out. */
export function Facts({ facts }: { facts: readonly (readonly [string, ComponentChildren])[] }) {
	return (
		<dl class="facts">
			{facts
				.filter(([, value]) => value !== undefined && value !== "")
				.map(([name, value]) => (
					<div key={name}>
						<dt>{name}</dt>
						<dd dir="auto">{value}</dd>
					</div>
				))}
		</dl>
	);
}

/** A share of one as a bar; from `full` on it warns. */
export function Bar({
	label,
	value,
	text,
	full = 0.9,
}: {
	label: string;
	value: number;
	text?: string;
	full?: number;
}) {
	const share = Math.min(Math.max(value, 0), 1);

	return (
		<div
			class={`bar ${share >= full ? "full" : ""}`}
			role="meter"
			aria-label={label}
			aria-valuemin={0}
			aria-valuemax={1}
			aria-valuenow={share}
			aria-valuetext={text ?? percent(share)}
		>
			<div class="bar-track">
				<div class="bar-fill" style={{ width: `${share * 100}%` }} />
			</div>
			{text && (
				<span class="bar-text" aria-hidden="true">
					{text}
				</span>
			)}
		</div>
	);
}

export function Empty({
	icon,
	text,
	children,
}: {
	icon: IconName;
	text: string;
	children?: ComponentChildren;
}) {
	return (
		<div class="empty">
			<Icon name={icon} />
			<p>{text}</p>
			{children}
		</div>
	);
}

export function Notice({
	kind = "info",
	children,
}: {
	kind?: "info" | "warning" | "error";
	children: ComponentChildren;
}) {
	return (
		<div class={`notice ${kind}`} role={kind === "error" ? "alert" : undefined}>
			<Icon name={kind} />
			<div class="grow">{children}</div>
		</div>
	);
}

/** A word with a coloured dot: a state. Without a word: the dot, and `label` says it. */
export function State({
	kind,
	text,
	label,
}: {
	kind: "on" | "off" | "busy" | "bad";
	text: string;
	label?: string;
}) {
	return <span class={`state ${kind}`}>{text || <span class="sr-only">{label}</span>}</span>;
}
