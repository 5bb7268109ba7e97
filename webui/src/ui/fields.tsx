// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fields of forms: a label, the control, a hint, and what is wrong with the value. They are
 * controlled: the form has the value and is told of changes.
 */
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { t } from "../text";

/** What surrounds a control, and says whether it can be used. */
interface Around {
	readonly label: string;
	readonly hint?: ComponentChildren;
	readonly error?: string;
	readonly disabled?: boolean;
}

interface Common<T> extends Around {
	readonly value: T;
	readonly onChange: (value: T) => void;
}

function Frame({
	id,
	label,
	hint,
	error,
	children,
}: Around & {
	id: string;
	children: ComponentChildren;
}) {
	return (
		<div class="field">
			<label for={id}>{label}</label>
			{children}
			{hint && (
				<p class="hint" id={`${id}-hint`}>
					{hint}
				</p>
			)}
			{error && (
				<p class="error" id={`${id}-error`}>
					{error}
				</p>
			)}
		</div>
	);
}

function described(id: string, hint: unknown, error: unknown): string | undefined {
	return [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
}

/** What a control has of its field. */
function controlOf(id: string, { hint, error, disabled }: Around) {
	return {
		id,
		disabled,
		"aria-invalid": !!error,
		"aria-describedby": described(id, hint, error),
	};
}

/** What somebody types is theirs: its direction, its spelling. */
const typed = { dir: "auto", spellcheck: false } as const;

export function TextField({
	value,
	onChange,
	type = "text",
	autoFocus,
	autoComplete,
	placeholder,
	required,
	...around
}: Common<string> & {
	type?: "text" | "password" | "search" | "url" | "email" | "time";
	autoFocus?: boolean;
	autoComplete?: string;
	placeholder?: string;
	required?: boolean;
}) {
	const id = useId();

	return (
		<Frame id={id} {...around}>
			<input
				{...controlOf(id, around)}
				{...typed}
				type={type as "text"}
				value={value}
				autoFocus={autoFocus}
				autocomplete={autoComplete ?? "off"}
				placeholder={placeholder}
				required={required}
				onInput={(e) => onChange(e.currentTarget.value)}
			/>
		</Frame>
	);
}

export function TextArea({
	value,
	onChange,
	rows = 4,
	mono,
	...around
}: Common<string> & {
	rows?: number;
	mono?: boolean;
}) {
	const id = useId();

	return (
		<Frame id={id} {...around}>
			<textarea
				{...controlOf(id, around)}
				{...typed}
				rows={rows}
				value={value}
				class={mono ? "mono" : ""}
				onInput={(e) => onChange(e.currentTarget.value)}
			/>
		</Frame>
	);
}

/** A number with a unit; NaN while what is typed is none. */
export function NumberField({
	value,
	onChange,
	min,
	max,
	step = 1,
	unit,
	...given
}: Common<number> & { min?: number; max?: number; step?: number | "any"; unit?: string }) {
	const id = useId();
	const [text, setText] = useState<string>();
	const around = {
		...given,
		error: given.error ?? (Number.isNaN(value) ? t.common.notANumber : undefined),
	};

	return (
		<Frame id={id} {...around}>
			<span class="with-unit">
				<input
					{...controlOf(id, around)}
					type="number"
					value={text ?? (Number.isNaN(value) ? "" : String(value))}
					min={min}
					max={max}
					step={step}
					onInput={(e) => {
						setText(e.currentTarget.value);
						onChange(e.currentTarget.valueAsNumber);
					}}
					onBlur={() => setText(undefined)}
				/>
				{unit && <span class="unit">{unit}</span>}
			</span>
		</Frame>
	);
}

const MIB = 1 << 20,
	GIB = 1 << 30;

/** A size in bytes, typed in MiB or GiB. */
export function SizeField({
	value,
	onChange,
	unit = "GiB",
	min,
	max,
	...around
}: Common<number> & { unit?: "MiB" | "GiB"; min?: number; max?: number }) {
	const one = unit === "GiB" ? GIB : MIB;
	const scaled = (n: number | undefined) => (n === undefined ? undefined : n / one);

	return (
		<NumberField
			{...around}
			unit={unit}
			value={Math.round((value / one) * 1000) / 1000}
			min={scaled(min)}
			max={scaled(max)}
			step="any"
			onChange={(n) => onChange(Math.round(n * one))}
		/>
	);
}

export interface Choice<T extends string> {
	readonly value: T;
	readonly label: string;
	readonly disabled?: boolean;
}

export function SelectField<T extends string>({
	value,
	onChange,
	choices,
	...around
}: Common<T> & { choices: readonly Choice<T>[] }) {
	const id = useId();

	return (
		<Frame id={id} {...around}>
			<select
				{...controlOf(id, around)}
				value={value}
				onChange={(e) => onChange(e.currentTarget.value as T)}
			>
				{choices.map((c) => (
					<option
						key={c.value}
						value={c.value}
						disabled={c.disabled}
						selected={c.value === value}
					>
						{c.label}
					</option>
				))}
			</select>
		</Frame>
	);
}

export function CheckField({ label, value, onChange, hint, disabled }: Common<boolean>) {
	const id = useId();

	return (
		<div class="field check">
			<input
				id={id}
				type="checkbox"
				checked={value}
				disabled={disabled}
				aria-describedby={described(id, hint, false)}
				onChange={(e) => onChange(e.currentTarget.checked)}
			/>
			<label for={id}>{label}</label>
			{hint && (
				<p class="hint" id={`${id}-hint`}>
					{hint}
				</p>
			)}
		</div>
	);
}

/** One of a few, all of them seen. */
export function RadioField<T extends string>({
	label,
	value,
	onChange,
	choices,
	disabled,
}: Common<T> & { choices: readonly (Choice<T> & { hint?: string })[] }) {
	const id = useId();

	return (
		<fieldset class="field radios" disabled={disabled}>
			<legend>{label}</legend>
			{choices.map((c) => (
				<label key={c.value}>
					<input
						type="radio"
						name={id}
						checked={c.value === value}
						disabled={c.disabled}
						onChange={() => onChange(c.value)}
					/>
					<span>
						{c.label}
						{c.hint && <small class="hint">{c.hint}</small>}
					</span>
				</label>
			))}
		</fieldset>
	);
}
