// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The icons: strokes on a field of 24 by 24, in the colour of the text. They say nothing that a
 * label does not say as well.
 */
const paths = {
	overview: "M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-4H4zM14 8h6V4h-6z",
	vm: "M4 5h16v11H4zM9 20h6M12 16v4",
	storage: "M4 6c0-3 16-3 16 0v12c0 3-16 3-16 0zM4 6c0 3 16 3 16 0M4 12c0 3 16 3 16 0",
	network: "M9 4h6v5H9zM3 15h6v5H3zM15 15h6v5h-6zM12 9v3M6 15v-3h12v3",
	host: "M4 4h16v7H4zM4 13h16v7H4zM8 7.5h.01M8 16.5h.01",
	events: "M4 6h16M4 12h16M4 18h10",
	play: "M7 4.5v15l12-7.5z",
	stop: "M6 6h12v12H6z",
	pause: "M8 5v14M16 5v14",
	reboot: "M19 12a7 7 0 1 1-2-5M19 3v5h-5",
	suspend: "M20 14A8 8 0 1 1 10 4a6.5 6.5 0 0 0 10 10z",
	power: "M12 3v9M6.5 6.5a8 8 0 1 0 11 0",
	console: "M4 5h16v14H4zM8 9l3 3-3 3M13 15h4",
	camera: "M4 8h4l2-3h4l2 3h4v11H4zM12 10a3 3 0 1 0 0 6 3 3 0 1 0 0-6",
	plus: "M12 5v14M5 12h14",
	minus: "M5 12h14",
	trash: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13M10 11v5M14 11v5",
	edit: "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
	copy: "M9 9h11v11H9zM15 9V4H4v11h5",
	search: "M11 4a7 7 0 1 0 0 14 7 7 0 1 0 0-14M16 16l4.5 4.5",
	close: "M6 6l12 12M18 6L6 18",
	menu: "M4 7h16M4 12h16M4 17h16",
	more: "M5 11a1 1 0 1 0 0 2 1 1 0 1 0 0-2M12 11a1 1 0 1 0 0 2 1 1 0 1 0 0-2M19 11a1 1 0 1 0 0 2 1 1 0 1 0 0-2",
	down: "M6 9l6 6 6-6",
	right: "M9 6l6 6-6 6",
	up: "M6 15l6-6 6 6",
	download: "M12 4v11M7 11l5 5 5-5M5 20h14",
	upload: "M12 16V5M7 9l5-5 5 5M5 20h14",
	bell: "M6 17V11a6 6 0 1 1 12 0v6l2 2H4zM10 21h4",
	user: "M12 4a4 4 0 1 0 0 8 4 4 0 1 0 0-8M4 21c0-8 16-8 16 0",
	lock: "M6 11h12v9H6zM8 11V8a4 4 0 1 1 8 0v3",
	key: "M8 12a4 4 0 1 0 0 .01M12 12h9M18 12v4",
	clock: "M12 4a8 8 0 1 0 0 16 8 8 0 1 0 0-16M12 8v4l3 2",
	warning: "M12 4L2.5 20h19zM12 10v4M12 17h.01",
	error: "M12 3a9 9 0 1 0 0 18 9 9 0 1 0 0-18M12 7v6M12 16.5h.01",
	info: "M12 3a9 9 0 1 0 0 18 9 9 0 1 0 0-18M12 11v6M12 7.5h.01",
	ok: "M12 3a9 9 0 1 0 0 18 9 9 0 1 0 0-18M8 12.5l3 3 5.5-6",
	theme: "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
	window: "M4 5h16v14H4zM13 8h4v4M17 8l-6 6",
	disc: "M12 3a9 9 0 1 0 0 18 9 9 0 1 0 0-18M12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 1 0 0-5",
	cpu: "M7 7h10v10H7zM10 3v4M14 3v4M10 17v4M14 17v4M3 10h4M3 14h4M17 10h4M17 14h4",
	tag: "M4 4h8l8 8-8 8-8-8zM8.5 8.5h.01",
	full: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
	erase: "M9 20h11M8 20l-4-4L14 5l6 6-9 9zM9 10.5l6 6",
	keyboard: "M3 7h18v11H3zM7 11h.01M11 11h.01M15 11h.01M8 15h8",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
	return (
		<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
			<path d={paths[name]} />
		</svg>
	);
}
