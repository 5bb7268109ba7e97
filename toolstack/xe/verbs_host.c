// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host, its networks, tasks, messages and users.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xe/die.h"
#include "xe/verbs.h"

#define EVENT_WAIT_S 30.0

/* Until one of the class is as the selectors say. */
static void event_wait(struct api *api, struct request *r)
{
	const char *class = request_need(r, "class");
	const struct kind *k = kind_find(class);
	struct request asked = *r;
	json_t *token = json_string(""), *found, *batch;

	if (!k)
		request_wrong("class=%s: there is no such class", class);
	for (;;) {
		bool some;

		asked = *r;
		found = objects_selected(api, k, &asked, true, true);
		request_finish(&asked);
		some = json_object_size(found) > 0;
		json_decref(found);
		if (some)
			break;
		batch = api_call(api, "event.from",
				 json_pack("[[s]of]", k->class, token, EVENT_WAIT_S));
		token = json_incref(json_object_get(batch, "token"));
		json_decref(batch);
		objects_forget();
	}
	json_decref(token);
}

/* What it is told to forget, it never had. */
static void license_free(struct api *api, struct request *r)
{
	const char *host = object_master(api);

	request_finish(r);
	json_decref(api_call(api, "host.apply_edition", json_pack("[ss]", host, "free")));
	printf("free, for ever\n");
}

static void license_view(struct api *api, struct request *r)
{
	(void)api;
	request_get(r, "host-uuid");
	request_finish(r);
	printf("edition: free\nexpiry: never\n");
}

static void license_add(struct api *api, struct request *r)
{
	(void)api;
	for (size_t i = 0; i < r->nr; i++)
		r->params[i].used = true;
	printf("all of it is free: there is nothing to add\n");
}

static void cpu_info(struct api *api, struct request *r)
{
	const char *host = object_master(api), *key;
	json_t *all, *value;

	request_finish(r);
	all = api_call(api, "host.get_cpu_info", json_pack("[s]", host));
	json_object_foreach(all, key, value)
		printf("%-20s : %s\n", key, json_string_value(value) ?: "");
	json_decref(all);
}

const struct verb host_verbs[] = {
	{ "host-shutdown", "host", "host.shutdown", NULL, "[shutdown-VMs=]",
	  "turns it off; it must be disabled, without VMs, or shutdown-VMs=true", NULL, false },
	{ "host-reboot", "host", "host.reboot", NULL, "[shutdown-VMs=]", "reboots it; likewise",
	  NULL, false },
	{ "host-enable", "host", "host.enable", NULL, "", "VMs can start", NULL, true },
	{ "host-disable", "host", "host.disable", NULL, "", "no VM starts", NULL, true },
	{ "host-dmesg", "host", "host.dmesg", NULL, "", "the hypervisor's messages", NULL, true },
	{ "host-cpu-info", NULL, NULL, NULL, "", "what CPUs it has", cpu_info, false },
	{ "host-evacuate", "host", "host.evacuate", NULL, "",
	  "fails while VMs run: there is nowhere to go", NULL, true },
	{ "host-syslog-reconfigure", "host", "host.syslog_reconfigure", NULL, "",
	  "its log goes where logging:syslog_destination says", NULL, true },
	{ "host-license-free", NULL, NULL, NULL, "", "says that it is free", license_free, false },
	{ "host-license-view", NULL, NULL, NULL, "", "says that it is free", license_view, false },
	{ "host-license-add", NULL, NULL, NULL, "[license-file=]", "says that it is free",
	  license_add, false },
	{ "host-get-server-localtime", "host", "host.get_server_localtime", NULL, "", "its clock",
	  NULL, true },
	{ "host-timezone-list", "host", "host.list_timezones", NULL, "", "the time zones", NULL,
	  true },
	{ "host-set-timezone", "host", "host.set_timezone", NULL, "timezone=", "one of these", NULL,
	  true },
	{ "host-set-ntp-mode", "host", "host.set_ntp_mode", NULL,
	  "mode=", "custom: its time servers tell the time; disabled: its own clock", NULL, true },
	{ "host-set-ntp-custom-servers", "host", "host.set_ntp_custom_servers", NULL,
	  "servers=", "its time servers: NAME,NAME", NULL, true },
	{ "host-get-ntp-synchronized", "host", "host.get_ntp_synchronized", NULL, "",
	  "whether they tell the time", NULL, true },
	{ "host-set-servertime", "host", "host.set_servertime", NULL,
	  "time=", "its clock, as 20261122T08:30:00Z", NULL, true },
	{ "host-compute-free-memory", "host", "host.compute_free_memory", NULL, "",
	  "memory that VMs can have, bytes", NULL, true },
	{ "network-create", NULL, "network.create", NULL,
	  "name-label= [name-description=] [bridge=] [MTU=1500]",
	  "makes a network inside the host; prints its UUID", NULL, false },
	{ "network-destroy", "network", "network.destroy", NULL, "", "ends it", NULL, false },
	{ "vlan-create", NULL, "VLAN.create", NULL,
	  "pif-uuid= vlan= network-uuid= [confirm-within=]",
	  "puts a network on a VLAN of an interface; prints its UUID", NULL, false },
	{ "vlan-destroy", "vlan", "VLAN.destroy", NULL, "[confirm-within=]",
	  "its network is an internal one again", NULL, false },
	{ "bond-create", NULL, "Bond.create", NULL,
	  "network-uuid= pif-uuids= [mac=] [mode=balance-slb] [confirm-within=]",
	  "makes one of several interfaces: UUID,UUID; prints its UUID", NULL, false },
	{ "bond-destroy", "bond", "Bond.destroy", NULL, "[confirm-within=]",
	  "they stand alone again", NULL, false },
	{ "bond-set-mode", "bond", "Bond.set_mode", NULL, "mode= [confirm-within=]",
	  "balance-slb, active-backup or lacp", NULL, false },
	{ "pif-reconfigure-ip", "pif", "PIF.reconfigure_ip", NULL,
	  "mode= [IP=] [netmask=] [gateway=] [DNS=] [confirm-within=]",
	  "the host's address there: DHCP, Static or None; undone if it loses the host", NULL,
	  false },
	{ "pif-reconfigure-ipv6", "pif", "PIF.reconfigure_ipv6", NULL,
	  "mode= [IPv6=] [gateway=] [DNS=] [confirm-within=]",
	  "the same: Autoconf, Static with IPv6=ADDRESS/LENGTH, or None", NULL, false },
	{ "pif-scan", NULL, "PIF.scan", NULL, "[host-uuid=]", "looks which interfaces there are",
	  NULL, true },
	{ "pif-introduce", NULL, "PIF.introduce", NULL, "[host-uuid=] [mac=] [device=]",
	  "finds one of the host's; prints its UUID", NULL, true },
	{ "pif-forget", "pif", "PIF.forget", NULL, "", "forgets one that the host does not have",
	  NULL, true },
	{ "pif-plug", "pif", "PIF.plug", NULL, "", "succeeds if a network is on it", NULL, true },
	{ "pif-unplug", "pif", "PIF.unplug", NULL, "", "succeeds if no network is on it", NULL,
	  true },
	{ "host-network-change-confirm", "host", "host.confirm_network_change", NULL, "",
	  "keeps what was made with confirm-within=SECONDS, else it is undone then", NULL, true },
	{ "host-network-change-undo", "host", "host.undo_network_change", NULL, "", "undoes it now",
	  NULL, false },
	{ "host-management-reconfigure", NULL, "host.management_reconfigure", NULL,
	  "pif-uuid=", "the interface whose address clients are told", NULL, false },
	{ "host-set-hostname-live", "host", "host.set_hostname_live", NULL,
	  "host-name=", "its name, now and when it starts again", NULL, true },
	{ "task-cancel", "task", "task.cancel", NULL, "", "asks it to stop", NULL, true },
	{ "task-destroy", "task", "task.destroy", NULL, "", "forgets it", NULL, true },
	{ "event-wait", NULL, NULL, NULL, "class= FIELD=VALUE",
	  "waits until an object is so, e.g. class=vm name-label=a power-state=halted", event_wait,
	  false },
	{ "message-destroy", "message", "message.destroy", NULL, "", "it was read", NULL, true },
	{ "pool-sync-database", NULL, "pool.sync_database", NULL, "",
	  "writes all state to the disk", NULL, true },
	{ "user-password-change", NULL, "session.change_password", NULL,
	  "old= new=", "the password of who calls", NULL, true },
	{ "user-create", NULL, "user.create", NULL, "short-name= [fullname=] role=",
	  "makes a user: admin, operator or read-only; prints the UUID", NULL, true },
	{ "user-destroy", "user", "user.destroy", NULL, "", "ends it", NULL, true },
	{ "user-password-set", "user", "user.set_password", NULL, "password=", "its password", NULL,
	  true },
	{ "user-role-set", "user", "user.set_role", NULL, "role=", "what it may do", NULL, true },
	{ "user-token-create", "user", "user.create_token", NULL,
	  "name=", "a token to log in with instead of a password; shown once", NULL, true },
	{ "user-token-revoke", "user", "user.revoke_token", NULL, "name=", "ends a token", NULL,
	  true },
	{ "user-token-list", "user", "user.get_tokens", NULL, "", "the names of its tokens", NULL,
	  true },
	{ 0 },
};
