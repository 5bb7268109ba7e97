// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What goes on and what has happened: messages by how much they matter, and tasks.
 */
import { useState } from "preact/hooks";
import { t } from "../../text";
import { Page } from "../../ui/layout";
import { Search } from "../../ui/search";
import { Messages } from "./messages";
import { EndedTasks, RunningTasks } from "./tasks";

export function EventsPage() {
	const [search, setSearch] = useState("");

	return (
		<Page
			title={t.nav.events}
			actions={<Search value={search} onChange={setSearch} label={t.events.search} />}
		>
			<div class="stack">
				<RunningTasks search={search} />
				<Messages search={search} />
				<EndedTasks search={search} />
			</div>
		</Page>
	);
}
