// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tab with a VM's console.
 */
import { may } from "../../api/connection";
import { Console } from "../../console/console";
import { t } from "../../text";
import { Notice } from "../../ui/layout";
import type { Row } from "./vms";

export function VmConsole({ row }: { row: Row }) {
	if (!may("operator")) return <Notice>{t.console.notAllowed}</Notice>;
	return <Console vmRef={row.ref} vm={row.vm} />;
}
