// SPDX-License-Identifier: GPL-2.0-or-later
// A simulated host (dev_host.py) of one's own, and its API as a second administrator uses it.
const { spawn } = require("child_process");
const fs = require("fs");
const https = require("https");
const path = require("path");
const readline = require("readline");

const build = path.resolve(process.env.SOCLE_BUILD || path.join(__dirname, "../../build"));

class Refused extends Error {
	constructor(error) {
		super([error.message, ...(error.data || [])].join(" "));
		this.code = error.message;
	}
}

class Host {
	static async start(...options) {
		const host = new Host();

		host.log = fs.createWriteStream(path.join(build, "test-logs/webui-hosts.log"), {
			flags: "a",
		});
		host.process = spawn(
			path.join(__dirname, "dev_host.py"),
			["--orders", ...options.map(String)],
			{ stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, SOCLE_BUILD: build } },
		);
		host.process.stderr.pipe(host.log);
		host.lines = readline
			.createInterface({ input: host.process.stdout })
			[Symbol.asyncIterator]();
		Object.assign(host, await host.answer());
		await host.login();
		return host;
	}

	async answer() {
		const { value, done } = await this.lines.next();

		if (done) throw new Error("the simulated host has ended: see webui-hosts.log");
		return JSON.parse(value);
	}

	/** One of dev_host.py's orders. */
	async order(line) {
		this.process.stdin.write(`${line}\n`);
		return this.answer();
	}

	post(method, params) {
		const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });

		return new Promise((done, fail) => {
			const request = https.request(
				new URL("jsonrpc", this.url),
				{
					method: "POST",
					rejectUnauthorized: false,
					headers: { "Content-Type": "application/json" },
				},
				(response) => {
					let text = "";
					response.on("data", (data) => (text += data));
					response.on("end", () => {
						try {
							const { result, error } = JSON.parse(text);
							if (error) fail(new Refused(error));
							else done(result);
						} catch (e) {
							fail(e);
						}
					});
				},
			);
			request.on("error", fail);
			request.end(body);
		});
	}

	async login() {
		this.session = await this.post("session.login_with_password", [this.user, this.password]);
	}

	call(method, ...params) {
		return this.post(method, [this.session, ...params]);
	}

	/** [reference, record] of the object of that name. */
	async named(kind, name) {
		const all = await this.call(`${kind}.get_all_records`);
		const found = Object.entries(all).find(([, record]) => record.name_label === name);

		if (!found) throw new Error(`no ${kind} "${name}"`);
		return found;
	}

	/** A VM with a disk; what is left out is as in most tests. */
	async vm(name, { start = false, disk = true } = {}) {
		const mib = 1 << 20;
		const vm = await this.call("VM.create", {
			name_label: name,
			name_description: "",
			memory_static_max: 512 * mib,
			memory_dynamic_max: 512 * mib,
			memory_dynamic_min: 256 * mib,
			memory_static_min: 128 * mib,
			VCPUs_max: 2,
			VCPUs_at_startup: 1,
			PV_args: "",
			other_config: {},
		});
		if (disk) {
			const [sr] = await this.named("SR", "local");
			const vdi = await this.call("VDI.create", {
				SR: sr,
				name_label: `${name} disk`,
				name_description: "",
				virtual_size: 1 << 30,
				type: "user",
				sharable: false,
				read_only: false,
				other_config: {},
			});
			await this.call("VBD.create", {
				VM: vm,
				VDI: vdi,
				userdevice: "0",
				bootable: true,
				mode: "RW",
				type: "Disk",
				empty: false,
				other_config: {},
			});
		}
		if (start) await this.call("VM.start", vm, false, false);
		return [vm, await this.call("VM.get_record", vm)];
	}

	async stop() {
		const ended = new Promise((done) => this.process.on("exit", done));

		this.process.stdin.end();
		await ended;
		this.log.end();
	}
}

module.exports = { Host, Refused, build };
