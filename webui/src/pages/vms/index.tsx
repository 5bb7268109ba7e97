// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The addresses of VMs: #/vms, #/vms/templates, #/vms/new, #/vms/UUID/TAB.
 */
import { byUuid } from "../../api/store";
import { Page404 } from "../page404";
import { VmList } from "./list";
import { NewVm } from "./new";
import { Templates } from "./templates";
import { VmPage } from "./vm";

export function Vms({ parts }: { parts: readonly string[] }) {
	const [first, tab] = parts;

	if (first === undefined) return <VmList />;
	if (first === "templates") return <Templates />;
	if (first === "new") return <NewVm />;
	const found = byUuid("VM", first);
	if (!found || found[1].is_control_domain) return <Page404 />;
	return <VmPage key={first} row={{ ref: found[0], vm: found[1] }} tab={tab ?? "overview"} />;
}
