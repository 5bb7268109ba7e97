// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The field above a list that leaves in it what has the words.
 */
import { t } from "../text";

export function Search({
	label = t.action.search,
	value,
	onChange,
}: {
	label?: string;
	value: string;
	onChange: (value: string) => void;
}) {
	return (
		<input
			type="search"
			class="search"
			aria-label={label}
			placeholder={label}
			value={value}
			dir="auto"
			spellcheck={false}
			autocomplete="off"
			onInput={(e) => onChange(e.currentTarget.value)}
		/>
	);
}
