// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host itself: a page for each of its sides.
 */
import type { ComponentType } from "preact";
import type { host, Ref } from "../../../model";
import { may } from "../../api/connection";
import { theHost } from "../../api/store";
import { to } from "../../route";
import { t } from "../../text";
import { Notice, Page, Tabs } from "../../ui/layout";
import { Page404 } from "../page404";
import { Accounts } from "./accounts";
import { Audit } from "./audit";
import { Backup } from "./backup";
import { CertificateTab } from "./certificate";
import { Logs } from "./logs";
import { Overview } from "./overview";
import { Power } from "./power";
import { Settings } from "./settings";
import { Updates } from "./updates";

export type Host = [Ref<"host">, host];
export type Tab = ComponentType<{ host: Host }>;

const tabs: Record<keyof typeof t.host.tabs, Tab> = {
	overview: Overview,
	settings: Settings,
	accounts: Accounts,
	certificate: CertificateTab,
	updates: Updates,
	backup: Backup,
	power: Power,
	logs: Logs,
	audit: Audit,
};
const names = Object.keys(tabs) as (keyof typeof tabs)[];
/** Others cannot read what these show. */
const forAdmins: readonly string[] = ["audit"];

export function HostPage({ parts }: { parts: readonly string[] }) {
	const found = theHost();
	const seen = names.filter((one) => may("admin") || !forAdmins.includes(one));
	const name = seen.find((one) => one === (parts[0] ?? "overview"));

	if (!found || !name) return <Page404 />;
	const TheTab = tabs[name];

	return (
		<Page title={found[1].name_label || t.nav.host} subtitle={found[1].name_description}>
			<Tabs
				label={t.nav.host}
				current={name}
				tabs={seen.map((id) => ({
					id,
					title: t.host.tabs[id],
					href: to("host", ...(id === "overview" ? [] : [id])),
				}))}
			/>
			<div class="stack">
				{!may("admin") && name !== "overview" && <Notice>{t.common.readOnly}</Notice>}
				<TheTab key={name} host={found} />
			</div>
		</Page>
	);
}
