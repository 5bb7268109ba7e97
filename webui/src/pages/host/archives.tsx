// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a policy's target holds, and a VM out of it again.
 */
import { useState } from "preact/hooks";
import { may } from "../../api/connection";
import { defaultRepository, diskRepositories } from "../../api/repositories";
import { call } from "../../api/rpc";
import { ended } from "../../api/tasks";
import { ago, bytes, date, dateTime, t } from "../../text";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { SelectField } from "../../ui/fields";
import { Empty } from "../../ui/layout";
import { Load, useLoaded } from "../../ui/load";
import { attempt } from "../../ui/toast";
import type { Policy } from "./backup";

interface Archive {
	readonly name: string;
	readonly vm_name: string;
	readonly time: string;
	readonly size: number;
}

function isArchive(value: unknown): value is Archive {
	const a = value as Partial<Archive> | null;

	return typeof a?.name === "string" && typeof a.time === "string";
}

/** The target's index is what somebody else could have written. */
function archivesOf(json: string): Archive[] {
	const all: unknown = JSON.parse(json || "[]");

	return (Array.isArray(all) ? all.filter(isArchive) : []).sort((a, b) =>
		b.time.localeCompare(a.time),
	);
}

export function Archives({ policy: [ref, record], close }: { policy: Policy; close: () => void }) {
	const places = diskRepositories();
	const [sr, setSr] = useState(defaultRepository());
	const archives = useLoaded(async () =>
		archivesOf(await ended(await call("VMPP.get_archives", ref))),
	);
	const restore = (archive: Archive) => () => {
		const label = t.host.restoreVm(archive.vm_name);

		void attempt(label, async () => ended(await call("VMPP.restore", ref, archive.name, sr)));
		close(); /* the tasks show how far it is */
	};

	return (
		<Dialog title={t.host.archivesOf(record.name_label)} close={close} wide>
			{may("operator") && (
				<SelectField
					label={t.host.restoreTo}
					value={sr}
					onChange={setSr}
					choices={places.map(([value, place]) => ({ value, label: place.name_label }))}
				/>
			)}
			<Load from={archives}>
				{(all) =>
					all.length === 0 ? (
						<Empty icon="storage" text={t.host.noArchives} />
					) : (
						<ul class="list scroll">
							{all.map((archive) => (
								<li key={archive.name}>
									<div class="grow">
										<strong dir="auto">{archive.vm_name}</strong>
										<p class="hint">
											<time title={dateTime(date(archive.time))}>
												{ago(date(archive.time))}
											</time>
											, {bytes(Number(archive.size) || 0)}
										</p>
									</div>
									{may("operator") && (
										<Button
											label={t.host.restoreVm(archive.vm_name)}
											onClick={restore(archive)}
											disabled={!sr}
										/>
									)}
								</li>
							))}
						</ul>
					)
				}
			</Load>
		</Dialog>
	);
}
