// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Graphs over time, by uPlot, which is loaded when the first one is shown. Several graphs of one
 * page share the cursor.
 */
import { useEffect, useRef } from "preact/hooks";
import type uPlot from "uplot";
import { feed, intervals, type Interval, type Series } from "../api/metrics";
import { dateTime, t } from "../text";
import { useLazy } from "./lazy";

export interface Line {
	readonly label: string;
	readonly values: (series: Series) => readonly (number | null)[];
}

interface Props {
	readonly title: string;
	readonly interval: Interval;
	readonly lines: readonly Line[];
	readonly format: (value: number) => string;
	/** Values are bytes: round figures are powers of two. */
	readonly binary?: boolean;
	/** The top of the scale; without: what there is. */
	readonly max?: number;
	readonly height?: number;
}

const loadPlot = () => import("uplot");

const HEIGHT = 150;
const HOUR = 3600,
	DAY = 24 * HOUR; /* seconds */
const POWERS_OF_TWO = Array.from({ length: 54 }, (_, i) => 2 ** i);

/** Marks of the time axis, so many seconds apart, as people write them where they are. */
function timeMarks(seconds: readonly number[], apart: number): string[] {
	const form: Intl.DateTimeFormatOptions =
		apart < 60
			? { hour: "2-digit", minute: "2-digit", second: "2-digit" }
			: apart < DAY
				? { hour: "2-digit", minute: "2-digit" }
				: { day: "numeric", month: "short" };

	return seconds.map((s) => new Date(s * 1000).toLocaleString(undefined, form));
}
const colours = ["--line-1", "--line-2", "--line-3", "--line-4", "--line-5", "--line-6"];

/** A colour of the style sheet as it is now: a canvas knows no variables. */
function colour(of: HTMLElement, value: string): string {
	of.style.color = value;
	const now = getComputedStyle(of).color;
	of.style.color = "";
	return now;
}

/** A time of a row, as exact as rows are. */
function moment(seconds: number, interval: Interval): string {
	return interval < HOUR ? timeMarks([seconds], 1)[0]! : dateTime(new Date(seconds * 1000));
}

/** While nobody points at a time the legend tells of the last one. */
function legendFollows(plot: uPlot): void {
	if ((plot.cursor.left ?? -1) < 0) plot.setLegend({ idx: plot.data[0].length - 1 });
}

function options(
	{ interval, lines, format, max, binary, height = HEIGHT }: Props,
	frame: HTMLElement,
): uPlot.Options {
	const line = (i: number) => `var(${colours[i % colours.length]})`;
	const axis = {
		stroke: colour(frame, "var(--text-2)"),
		grid: { stroke: colour(frame, "var(--border)"), width: 1 },
		ticks: { show: false },
		font: "11px system-ui",
	};

	return {
		width: frame.clientWidth,
		height,
		cursor: { sync: { key: "time" }, y: false, drag: { x: true, y: false } },
		legend: { live: true },
		hooks: { setCursor: [legendFollows], setData: [legendFollows] },
		scales: {
			x: { time: true },
			y: {
				range: (_, low, high) => [
					Math.min(low ?? 0, 0),
					max ?? Math.max(high ?? 0, 1e-9) * 1.1,
				],
			},
		},
		axes: [
			{
				...axis,
				size: 26,
				values: (_, marks, _axis, _space, apart) => timeMarks(marks, apart),
			},
			{
				...axis,
				size: 64,
				incrs: binary ? POWERS_OF_TWO : undefined,
				values: (_, marks) => marks.map(format),
			},
		],
		series: [
			{
				label: t.graph.time,
				value: (_: uPlot, s: number | null) => (s === null ? "–" : moment(s, interval)),
			},
			...lines.map(({ label }, i) => ({
				label,
				width: 1.5,
				stroke: colour(frame, line(i)),
				spanGaps: false,
				fill:
					lines.length === 1
						? colour(frame, `color-mix(in srgb, ${line(0)} 14%, transparent)`)
						: undefined,
				points: { show: false },
				value: (_: uPlot, v: number | null) => (v === null ? "–" : format(v)),
			})),
		],
	};
}

/** What a screen reader says of it, and what is seen before there is anything to draw. */
function summary({ lines, format }: Props, series: Series): string {
	return lines
		.map((line) => {
			const last = line.values(series).at(-1);
			return `${line.label} ${last === null || last === undefined ? "–" : format(last)}`;
		})
		.join(", ");
}

export function Graph(props: Props) {
	const frame = useRef<HTMLDivElement>(null);
	const plot = useRef<uPlot>(undefined);
	const make = useLazy(loadPlot)?.default;
	const series = feed(props.interval).series.value;
	const names = props.lines.map((line) => line.label).join("\n");
	const empty = series.times.length === 0;

	useEffect(() => feed(props.interval).use(), [props.interval]);

	useEffect(() => {
		const element = frame.current;
		if (!make || !element || empty) return;
		const scheme = matchMedia("(prefers-color-scheme: dark)");
		const draw = () => {
			plot.current?.destroy();
			plot.current = new make(
				options(props, element),
				data(props, feed(props.interval).series.peek()),
				element,
			);
		};
		const resized = new ResizeObserver(() =>
			plot.current?.setSize({
				width: element.clientWidth,
				height: props.height ?? HEIGHT,
			}),
		);

		draw();
		resized.observe(element);
		scheme.addEventListener("change", draw);
		addEventListener("themechange", draw);
		return () => {
			resized.disconnect();
			scheme.removeEventListener("change", draw);
			removeEventListener("themechange", draw);
			plot.current?.destroy();
			plot.current = undefined;
		};
	}, [make, empty, props.interval, names]);

	useEffect(() => {
		plot.current?.setData(data(props, series));
	}, [series]);

	return (
		<figure class="graph" style={{ "--height": `${props.height ?? HEIGHT}px` }}>
			<figcaption>{props.title}</figcaption>
			<div ref={frame} role="img" aria-label={`${props.title}: ${summary(props, series)}`}>
				{empty && <p class="hint">{t.graph.noData}</p>}
			</div>
		</figure>
	);
}

function data({ lines }: Props, series: Series): uPlot.AlignedData {
	return [
		[...series.times],
		...lines.map((line) => {
			const values = line.values(series);
			return values.length ? [...values] : series.times.map(() => null);
		}),
	] as uPlot.AlignedData;
}

export function SpanChoice({
	value,
	onChange,
}: {
	value: Interval;
	onChange: (interval: Interval) => void;
}) {
	return (
		<div class="segments" role="group" aria-label={t.graph.span}>
			{intervals.map((i) => (
				<button
					type="button"
					key={i}
					aria-pressed={i === value}
					onClick={() => onChange(i)}
				>
					{t.graph.spans[i]}
				</button>
			))}
		</div>
	);
}
