// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In place of a page that is still to come.
 */
import { Icon } from "./icons";

export function Waiting({ text }: { text: string }) {
	return (
		<div class="centre">
			<Icon name="host" />
			<p>{text}</p>
		</div>
	);
}
