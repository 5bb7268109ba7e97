// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who may log in: accounts with their roles, and one's own password.
 */
import { useState } from "preact/hooks";
import type { Ref, user } from "../../../model";
import { may, session } from "../../api/connection";
import { call } from "../../api/rpc";
import { table } from "../../api/store";
import { t } from "../../text";
import { Button } from "../../ui/button";
import { confirm, Dialog, openDialog } from "../../ui/dialog";
import { RadioField, TextField } from "../../ui/fields";
import { Card, Notice } from "../../ui/layout";
import { Menu } from "../../ui/menu";
import { DataTable, type Column } from "../../ui/table";
import { tell } from "../../ui/toast";
import { SshKeys, Tokens } from "./keys";

export type Account = [Ref<"user">, user];
type Role = keyof typeof t.user.roles;

const roles: readonly Role[] = ["admin", "operator", "read-only"];
const NEW_PASSWORD = "new-password";

/** A new password is typed twice, for nobody sees it. */
function useNewPassword() {
	const [first, setFirst] = useState("");
	const [second, setSecond] = useState("");
	const differs = second !== "" && first !== second;

	return {
		value: first,
		good: first !== "" && first === second,
		fields: (
			<>
				<TextField
					label={t.host.newPassword}
					type="password"
					autoComplete={NEW_PASSWORD}
					value={first}
					onChange={setFirst}
				/>
				<TextField
					label={t.host.repeatPassword}
					type="password"
					autoComplete={NEW_PASSWORD}
					value={second}
					onChange={setSecond}
					error={differs ? t.host.passwordsDiffer : undefined}
				/>
			</>
		),
	};
}

function RoleField({ value, onChange }: { value: Role; onChange: (role: Role) => void }) {
	return (
		<RadioField
			label={t.host.role}
			value={value}
			onChange={onChange}
			choices={roles.map((role) => ({
				value: role,
				label: t.host.roles[role],
				hint: t.host.roleHints[role],
			}))}
		/>
	);
}

function CreateAccount({ close }: { close: () => void }) {
	const [name, setName] = useState("");
	const [fullname, setFullname] = useState("");
	const [role, setRole] = useState<Role>("operator");
	const password = useNewPassword();

	async function create(): Promise<void> {
		const made: Ref<"user"> = await call("user.create", {
			short_name: name.trim(),
			fullname,
			role,
		});
		try {
			await call("user.set_password", made, password.value);
		} catch (e) {
			await call("user.destroy", made).catch(() => undefined); /* the first tells more */
			throw e;
		}
	}

	return (
		<Dialog
			title={t.host.createAccount}
			close={close}
			action={t.action.create}
			disabled={!name.trim() || !password.good}
			onAction={create}
		>
			<TextField
				label={t.login.user}
				value={name}
				onChange={setName}
				autoFocus
				autoComplete="off"
			/>
			<TextField
				label={t.common.optional(t.host.fullname)}
				value={fullname}
				onChange={setFullname}
			/>
			<RoleField value={role} onChange={setRole} />
			{password.fields}
		</Dialog>
	);
}

interface AccountProps {
	readonly account: Account;
	readonly close: () => void;
}

function EditAccount({ account: [ref, record], close }: AccountProps) {
	const [fullname, setFullname] = useState(record.fullname);
	const [role, setRole] = useState(record.role as Role);

	return (
		<Dialog
			title={t.host.editAccount(record.short_name)}
			close={close}
			action={t.action.save}
			onAction={async () => {
				if (fullname !== record.fullname) await call("user.set_fullname", ref, fullname);
				if (role !== record.role) await call("user.set_role", ref, role);
			}}
		>
			<TextField label={t.host.fullname} value={fullname} onChange={setFullname} />
			<RoleField value={role} onChange={setRole} />
		</Dialog>
	);
}

function SetPassword({ account: [ref, record], close }: AccountProps) {
	const password = useNewPassword();

	return (
		<Dialog
			title={t.host.passwordOf(record.short_name)}
			close={close}
			action={t.action.save}
			disabled={!password.good}
			onAction={() => call("user.set_password", ref, password.value)}
		>
			{password.fields}
			<p class="hint">{t.host.passwordEnds}</p>
		</Dialog>
	);
}

export function OwnPassword({ close }: { close: () => void }) {
	const [old, setOld] = useState("");
	const password = useNewPassword();

	return (
		<Dialog
			title={t.host.ownPassword}
			close={close}
			action={t.action.save}
			disabled={!old || !password.good}
			onAction={async () => {
				await call("session.change_password", old, password.value);
				tell(t.task.done(t.host.ownPassword));
			}}
		>
			<TextField
				label={t.host.oldPassword}
				type="password"
				autoComplete="current-password"
				value={old}
				onChange={setOld}
				autoFocus
			/>
			{password.fields}
			<p class="hint">{t.host.passwordEnds}</p>
		</Dialog>
	);
}

function isSelf(record: user): boolean {
	const now = session.value;

	return now.state === "in" && now.user.name === record.short_name;
}

function AccountActions({ account }: { account: Account }) {
	const [ref, record] = account;
	const open = (D: typeof EditAccount) => () =>
		openDialog((close) => <D account={account} close={close} />);

	return (
		<Menu
			label={t.storage.actionsFor(record.short_name)}
			icon="more"
			iconOnly
			items={[
				{ label: t.action.edit, icon: "edit", onChoose: open(EditAccount) },
				{ label: t.host.setPassword, icon: "lock", onChoose: open(SetPassword) },
				{ label: t.host.tokens, icon: "key", onChoose: open(Tokens) },
				record.short_name === "root" && {
					label: t.host.sshKeys,
					icon: "console",
					onChoose: open(SshKeys),
				},
				record.short_name !== "root" && {
					label: t.action.delete,
					icon: "trash",
					danger: true,
					disabled: isSelf(record) ? t.host.notOneself : false,
					onChoose: () =>
						confirm({
							title: t.host.deleteAccount(record.short_name),
							body: <p>{t.host.deleteAccountWords}</p>,
							action: t.action.delete,
							danger: true,
							onAction: () => call("user.destroy", ref),
						}),
				},
			]}
		/>
	);
}

const columns: readonly Column<Account>[] = [
	{
		title: t.login.user,
		head: true,
		sort: ([, record]) => record.short_name,
		cell: ([, record]) => (
			<>
				<span class="clip" dir="auto">
					{record.short_name}
				</span>{" "}
				{isSelf(record) && <span class="tag">{t.host.you}</span>}
			</>
		),
	},
	{
		title: t.host.fullname,
		sort: ([, record]) => record.fullname,
		cell: ([, record]) => (
			<span class="clip" dir="auto">
				{record.fullname}
			</span>
		),
	},
	{
		title: t.host.role,
		sort: ([, record]) => roles.indexOf(record.role as Role),
		cell: ([, record]) => t.host.roles[record.role as Role] ?? record.role,
	},
	{
		title: t.common.actions,
		actions: true,
		align: "end",
		cell: (account) => may("admin") && <AccountActions account={account} />,
	},
];

export function Accounts() {
	return (
		<Card
			title={t.host.accounts}
			wide
			actions={
				<>
					<Button
						label={t.host.ownPassword}
						icon="lock"
						onClick={() => openDialog((close) => <OwnPassword close={close} />)}
					/>
					{may("admin") && (
						<Button
							label={t.host.createAccount}
							icon="plus"
							kind="primary"
							onClick={() => openDialog((close) => <CreateAccount close={close} />)}
						/>
					)}
				</>
			}
		>
			<DataTable
				label={t.host.accounts}
				columns={columns}
				rows={[...table("user")]}
				rowKey={([ref]) => ref}
				identity={([, record]) => record}
				empty={<Notice>{t.common.none}</Notice>}
			/>
		</Card>
	);
}
