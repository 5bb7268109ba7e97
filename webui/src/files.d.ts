// SPDX-License-Identifier: GPL-2.0-or-later
/* What the bundler makes of files that are no scripts. */
declare module "*.svg" {
	const url: string;
	export default url;
}
declare module "*.css" {
	const text: string;
	export default text;
}
