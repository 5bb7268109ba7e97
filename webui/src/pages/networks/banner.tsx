// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * On every page while a change of the networks waits: how long still, and to keep or undo it.
 */
import { useEffect, useState } from "preact/hooks";
import { lostSince, may } from "../../api/connection";
import { call } from "../../api/rpc";
import { theHost } from "../../api/store";
import { keepChange, trial, trialEnd, undoChange } from "../../api/trial";
import { date, t } from "../../text";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icons";
import { attempt } from "../../ui/toast";

const TICK_MS = 500;

/** How long it still waits; the host's clock need not be this computer's. */
function useSeconds(deadline: Date): number {
	const [end, setEnd] = useState(deadline.getTime());
	const [, tick] = useState(0);

	useEffect(() => {
		const timer = setInterval(() => tick((n) => n + 1), TICK_MS);

		void call("host.get_servertime", theHost()![0])
			.then((text) => {
				const now = date(text);
				if (now) setEnd(Date.now() + deadline.getTime() - now.getTime());
			})
			.catch(() => undefined); /* then this computer's clock must do */
		return () => clearInterval(timer);
	}, [deadline.getTime()]);
	return Math.max(Math.ceil((end - Date.now()) / 1000), 0);
}

function Waiting() {
	const waits = trial.value!;
	const seconds = useSeconds(waits.deadline);
	const lost = lostSince.value !== undefined;
	const what = t.methods[waits.operation] ?? t.networks.aChange;

	return (
		<div class="banner trial" role="alertdialog" aria-label={t.networks.trial}>
			<Icon name="warning" />
			<span class="grow">
				{lost ? t.networks.trialLost(seconds) : t.networks.trialWaits(what, seconds)}
			</span>
			{!lost && may("admin") && (
				<span class="actions">
					<Button
						label={t.networks.keep}
						kind="primary"
						onClick={() => attempt(t.networks.keep, keepChange, true)}
					/>
					<Button
						label={t.networks.undo}
						onClick={() => attempt(t.networks.undo, undoChange, true)}
					/>
				</span>
			)}
		</div>
	);
}

export function TrialBanner() {
	if (trial.value) return <Waiting />;
	if (!trialEnd.value) return null;
	return (
		<div class="banner trial" role="status">
			<Icon name={trialEnd.value === "kept" ? "ok" : "info"} />
			<span class="grow">
				{trialEnd.value === "kept" ? t.networks.wasKept : t.networks.wasUndone}
			</span>
			<Button label={t.action.dismiss} onClick={() => (trialEnd.value = undefined)} />
		</div>
	);
}
