// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which page is at which address. A page is given the parts of the address behind its own.
 */
import type { ComponentType } from "preact";
import { t } from "../text";
import type { IconName } from "../ui/icons";
import { Dashboard } from "./dashboard";
import { EventsPage } from "./events";
import { HostPage } from "./host";
import { NetworksPage } from "./networks";
import { Page404 } from "./page404";
import { StoragePage } from "./storage";
import { Vms } from "./vms";

export { Page404 };

export type PageComponent = ComponentType<{ parts: readonly string[] }>;

export interface Section {
	readonly path: string;
	readonly title: string;
	/** Where there is little room. */
	readonly short?: string;
	readonly icon: IconName;
	readonly page: PageComponent;
}

export const sections: readonly Section[] = [
	{
		path: "",
		title: t.nav.dashboard,
		short: t.nav.dashboardShort,
		icon: "overview",
		page: Dashboard,
	},
	{ path: "vms", title: t.nav.vms, short: t.nav.vmsShort, icon: "vm", page: Vms },
	{ path: "storage", title: t.nav.storage, icon: "storage", page: StoragePage },
	{
		path: "networks",
		title: t.nav.networks,
		short: t.nav.networksShort,
		icon: "network",
		page: NetworksPage,
	},
	{ path: "host", title: t.nav.host, icon: "host", page: HostPage },
	{
		path: "events",
		title: t.nav.events,
		short: t.nav.eventsShort,
		icon: "events",
		page: EventsPage,
	},
];

export function pageFor(place: readonly string[]): PageComponent | undefined {
	return sections.find(({ path }) => path === (place[0] ?? ""))?.page;
}
