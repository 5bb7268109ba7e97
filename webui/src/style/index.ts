// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The style sheets come in the script (build.mjs says why) and hold before anything is drawn.
 */
import text from "./all.css";

const sheet = new CSSStyleSheet();

sheet.replaceSync(text);
document.adoptedStyleSheets = [sheet];
