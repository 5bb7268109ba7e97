// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMs, snapshots and templates as archives, disks as images: the browser saves what the host sends.
 */
import { useState } from "preact/hooks";
import type { Ref, VDI } from "../../../model";
import { download } from "../../api/streams";
import { bytes, t } from "../../text";
import { Dialog, openDialog } from "../../ui/dialog";
import { RadioField } from "../../ui/fields";
import { ownDisks, vmName, type Row } from "./vms";

type Compression = "zstd" | "true" | "false";
type Format = "qcow2" | "vhd" | "raw";

function VmDialog({ row: { ref, vm }, close }: { row: Row; close: () => void }) {
	const [compression, setCompression] = useState<Compression>("zstd");
	const size = ownDisks(vm).reduce((all, { vdi }) => all + vdi.physical_utilisation, 0);

	return (
		<Dialog
			title={t.vms.export.of(vmName(vm))}
			close={close}
			action={t.vms.export.download}
			onAction={async () =>
				download("/export/", { ref, use_compression: compression }, `${vmName(vm)}.xva`)
			}
		>
			<p>{t.vms.export.xva}</p>
			{size > 0 && <p class="hint">{t.vms.export.size(bytes(size))}</p>}
			<RadioField<Compression>
				label={t.vms.export.compression}
				value={compression}
				onChange={setCompression}
				choices={[
					{ value: "zstd", label: "zstd", hint: t.vms.export.zstd },
					{ value: "true", label: "gzip", hint: t.vms.export.gzip },
					{ value: "false", label: t.common.none, hint: t.vms.export.plain },
				]}
			/>
		</Dialog>
	);
}

function DiskDialog({ vdi, disk, close }: { vdi: Ref<"VDI">; disk: VDI; close: () => void }) {
	const [format, setFormat] = useState<Format>("qcow2");

	return (
		<Dialog
			title={t.vms.export.of(disk.name_label || disk.uuid)}
			close={close}
			action={t.vms.export.download}
			onAction={async () =>
				download(
					"/export_raw_vdi/",
					{ vdi, format },
					`${disk.name_label || disk.uuid}.${format}`,
				)
			}
		>
			<RadioField<Format>
				label={t.vms.export.format}
				value={format}
				onChange={setFormat}
				choices={[
					{ value: "qcow2", label: "qcow2", hint: t.vms.export.qcow2 },
					{ value: "vhd", label: "VHD", hint: t.vms.export.vhd },
					{
						value: "raw",
						label: "raw",
						hint: t.vms.export.raw(bytes(disk.virtual_size)),
					},
				]}
			/>
		</Dialog>
	);
}

export function exportVm(row: Row): void {
	openDialog((close) => <VmDialog row={row} close={close} />);
}

export function exportDisk(vdi: Ref<"VDI">, disk: VDI): void {
	openDialog((close) => <DiskDialog vdi={vdi} disk={disk} close={close} />);
}
