// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Another name and other words for a template or a snapshot.
 */
import { t } from "../../text";
import { openDialog } from "../../ui/dialog";
import { NamingDialog } from "../naming";
import type { Row } from "./vms";

export function renameVm({ ref, vm }: Row): void {
	openDialog((close) => (
		<NamingDialog title={t.vms.rename} kind="VM" of={[ref, vm]} lines={3} close={close} />
	));
}
