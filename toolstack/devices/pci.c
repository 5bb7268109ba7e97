// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All by sysfs. pci-stub is the driver that does nothing; driver_override names it for one function
 * alone. A file that says who has a function is locked by whoever changes that.
 */
#include "devices/pci.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "devices/module.h"
#include "lib/file.h"

#define PCI_STATE    "/run/xen/pci"
#define PCI_DEVICES  "/sys/bus/pci/devices"
#define PCI_STUB     "pci-stub"
#define PCI_STUB_DIR "/sys/bus/pci/drivers/" PCI_STUB

#define CLASS_BRIDGE 0x06

const char *pci_root = "";

/* --- the kernel's files ----------------------------------------------------------------------- */

static void device_path(char path[PATH_MAX], uint32_t sbdf, const char *file)
{
	char name[PCI_NAME];

	snprintf(path, PATH_MAX, "%s" PCI_DEVICES "/%s%s%s", pci_root, pci_format(sbdf, name),
		 file ? "/" : "", file ? file : "");
}

static bool device_line(uint32_t sbdf, const char *file, char *line, size_t room)
{
	char path[PATH_MAX];

	device_path(path, sbdf, file);
	return file_line(path, line, room);
}

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return -1;
	if (write(fd, text, strlen(text)) < 0)
		error = errno;
	close(fd);
	errno = error;
	return error ? -1 : 0;
}

static int device_put(uint32_t sbdf, const char *file, const char *text)
{
	char path[PATH_MAX];

	device_path(path, sbdf, file);
	return put(path, text);
}

/* Its driver's name; false: it has none. */
static bool driver_of(uint32_t sbdf, char name[64])
{
	char path[PATH_MAX], link[PATH_MAX];
	ssize_t len;

	device_path(path, sbdf, "driver");
	len = readlink(path, link, sizeof(link) - 1);
	if (len <= 0)
		return false;
	link[len] = '\0';
	snprintf(name, 64, "%.63s", strrchr(link, '/') ? strrchr(link, '/') + 1 : link);
	return true;
}

/* --- what the control domain uses ------------------------------------------------------------- */

/*
 * The first thing of a class (net, block) that the function drives and that is in use, into name.
 */
static bool class_in_use(const char *class, uint32_t sbdf, bool (*used)(const char *path),
			 char name[64])
{
	char at[PATH_MAX], folder[PATH_MAX], path[PATH_MAX + 300], real[PATH_MAX];
	struct dirent *e;
	bool found = false;
	DIR *dir;

	device_path(path, sbdf, NULL);
	if (!realpath(path, at))
		return false;
	snprintf(folder, sizeof(folder), "%s/sys/class/%s", pci_root, class);
	dir = opendir(folder);
	while (dir && !found && (e = readdir(dir)) != NULL) {
		size_t len = strlen(at);

		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (e->d_name[0] == '.' || !realpath(path, real) || strncmp(real, at, len) != 0 ||
		    real[len] != '/')
			continue;
		snprintf(name, 64, "%.63s", e->d_name);
		found = used(path);
	}
	if (dir)
		closedir(dir);
	return found;
}

static bool has_address(const char *interface)
{
	struct ifaddrs *list, *a;
	bool found = false;

	if (getifaddrs(&list) < 0)
		return true; /* nobody knows */
	for (a = list; a && !found; a = a->ifa_next) {
		const struct sockaddr *s = a->ifa_addr;

		if (!s || strcmp(a->ifa_name, interface) != 0)
			continue;
		found = s->sa_family == AF_INET ||
			(s->sa_family == AF_INET6 &&
			 !IN6_IS_ADDR_LINKLOCAL(&((const struct sockaddr_in6 *)s)->sin6_addr));
	}
	freeifaddrs(list);
	return found;
}

/* The bridge that each NIC gets, as long as nobody else is on it. */
static bool is_lonely_bridge(const char *interface)
{
	char path[PATH_MAX];
	unsigned int ports = 0;
	struct dirent *e;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/sys/class/net/%s/brif", pci_root, interface);
	dir = opendir(path);
	while (dir && (e = readdir(dir)) != NULL)
		ports += e->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return ports == 1;
}

/* It has an address, or is a part of something that has one or that others use. */
static bool interface_used(const char *interface, unsigned int levels)
{
	char path[PATH_MAX];
	bool found = has_address(interface);
	struct dirent *e;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/sys/class/net/%s", pci_root, interface);
	dir = opendir(path);
	while (dir && !found && (e = readdir(dir)) != NULL)
		if (strncmp(e->d_name, "upper_", 6) == 0)
			found = levels == 0 || !is_lonely_bridge(e->d_name + 6) ||
				interface_used(e->d_name + 6, levels - 1);
	if (dir)
		closedir(dir);
	return found;
}

static bool net_used(const char *path)
{
	return interface_used(strrchr(path, '/') + 1, 1);
}

/* One of several ways to an NVMe disk has no device of its own: nvme0c1n2 is a way to nvme0n2. */
static void way_to_disk(char *name)
{
	char *c = strncmp(name, "nvme", 4) == 0 ? strchr(name, 'c') : NULL;

	if (c)
		memmove(c, strchrnul(c, 'n'), strlen(strchrnul(c, 'n')) + 1);
}

/*
 * Mounted, swapped to, or part of something larger: then the kernel gives it to nobody alone. What
 * cannot be looked at may be. A drive without a medium is not.
 */
static bool block_used(const char *path)
{
	char device[PATH_MAX], name[64];
	int fd;

	snprintf(name, sizeof(name), "%s", strrchr(path, '/') + 1);
	way_to_disk(name);
	snprintf(device, sizeof(device), "%s/dev/%s", pci_root, name);
	fd = open(device, O_RDONLY | O_EXCL | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	return fd < 0 && errno != ENOENT && errno != ENXIO && errno != ENOMEDIUM;
}

int pci_check(uint32_t sbdf, struct reason *why)
{
	char name[PCI_NAME], line[64], path[PATH_MAX];
	unsigned int domid;

	pci_format(sbdf, name);
	if (!device_line(sbdf, "class", line, sizeof(line)))
		return reason_set(why, "there is no PCI device %s in this machine", name);
	if (strtoul(line, NULL, 16) >> 16 == CLASS_BRIDGE)
		return reason_set(why, "%s is a bridge: only devices can be given to a guest",
				  name);
	if (pci_owner(sbdf, &domid))
		return reason_set(why, "%s: domain %u has it", name, domid);
	if (class_in_use("net", sbdf, net_used, line))
		return reason_set(
			why,
			"%s is the network interface %s, which this host uses: take it out "
			"of its network first",
			name, line);
	if (class_in_use("block", sbdf, block_used, line))
		return reason_set(why, "%s drives the disk %s, which this host uses", name, line);
	device_path(path, sbdf, "reset");
	if (access(path, F_OK) < 0)
		return reason_set(why,
				  "%s has no way of being reset: what one guest left in it would "
				  "be there for the next",
				  name);
	return 0;
}

/* --- taking and giving back ------------------------------------------------------------------- */

static void state_path(char path[PATH_MAX], uint32_t sbdf)
{
	char name[PCI_NAME];

	snprintf(path, PATH_MAX, "%s" PCI_STATE "/%s", pci_root, pci_format(sbdf, name));
}

bool pci_owner(uint32_t sbdf, unsigned int *domid)
{
	char path[PATH_MAX], line[16];

	state_path(path, sbdf);
	if (!file_line(path, line, sizeof(line)))
		return false;
	*domid = (unsigned int)strtoul(line, NULL, 10);
	return true;
}

static int note_owner(uint32_t sbdf, unsigned int domid, struct reason *why)
{
	char path[PATH_MAX], text[16];

	snprintf(path, sizeof(path), "%s" PCI_STATE, pci_root);
	mkdir(path, 0755);
	state_path(path, sbdf);
	snprintf(text, sizeof(text), "%u\n", domid);
	if (file_replace(path, text, strlen(text), 0644) < 0)
		return reason_errno(why, "%s", path);
	return 0;
}

/* From whatever driver it has to the one that it is to have now: override, or its own. */
static int driver_change(uint32_t sbdf, const char *override)
{
	char name[PCI_NAME], probe[PATH_MAX], driver[64];

	pci_format(sbdf, name);
	if (device_put(sbdf, "driver_override", override) < 0)
		return -1;
	if (driver_of(sbdf, driver) && device_put(sbdf, "driver/unbind", name) < 0)
		return -1;
	snprintf(probe, sizeof(probe), "%s/sys/bus/pci/drivers_probe", pci_root);
	return put(probe, name);
}

int pci_take(uint32_t sbdf, unsigned int domid, struct reason *why)
{
	char name[PCI_NAME], driver[64], stub[PATH_MAX];

	pci_format(sbdf, name);
	snprintf(stub, sizeof(stub), "%s" PCI_STUB_DIR, pci_root);
	if (module_load(PCI_STUB, NULL, stub, why) < 0 || note_owner(sbdf, domid, why) < 0)
		return -1;
	if (driver_change(sbdf, PCI_STUB) < 0)
		return reason_errno(why, "%s: taking it from its driver", name);
	if (!driver_of(sbdf, driver) || strcmp(driver, PCI_STUB) != 0)
		return reason_set(why, "%s: its driver did not let go of it", name);
	if (device_put(sbdf, "reset", "1") < 0)
		return reason_errno(why, "%s: resetting it", name);
	return 0;
}

void pci_give_back(uint32_t sbdf, unsigned int domid)
{
	char name[PCI_NAME], path[PATH_MAX];
	unsigned int owner;
	int fd;

	pci_format(sbdf, name);
	state_path(path, sbdf);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	/* Another may be at it, and be done when it is our turn. */
	if (flock(fd, LOCK_EX) == 0 && pci_owner(sbdf, &owner) && owner == domid) {
		/* One that did not come out of its reset would disturb its driver. */
		if (device_put(sbdf, "reset", "1") < 0)
			log_error("%s: it cannot be reset (%s) and stays without a driver", name,
				  strerror(errno));
		else if (driver_change(sbdf, "\n") < 0)
			log_error("%s: giving it back to its driver: %s", name, strerror(errno));
		unlink(path);
	}
	close(fd);
}

/* --- lists ------------------------------------------------------------------------------------ */

static void each_name(const char *place, void (*callback)(void *arg, uint32_t sbdf), void *arg)
{
	struct dirent **names;
	char path[PATH_MAX];
	uint32_t sbdf;
	int nr;

	snprintf(path, sizeof(path), "%s%s", pci_root, place);
	nr = scandir(path, &names, NULL, alphasort);
	for (int i = 0; i < nr; i++) {
		if (pci_parse(names[i]->d_name, &sbdf))
			callback(arg, sbdf);
		free(names[i]);
	}
	if (nr >= 0)
		free(names);
}

void pci_each(void (*callback)(void *arg, uint32_t sbdf), void *arg)
{
	each_name(PCI_DEVICES, callback, arg);
}

struct taken {
	void (*callback)(void *arg, uint32_t sbdf, unsigned int domid);
	void *arg;
};

static void look_at_taken(void *arg, uint32_t sbdf)
{
	struct taken *t = arg;
	unsigned int domid;

	if (pci_owner(sbdf, &domid))
		t->callback(t->arg, sbdf, domid);
}

void pci_each_taken(void (*callback)(void *arg, uint32_t sbdf, unsigned int domid), void *arg)
{
	struct taken t = { callback, arg };

	each_name(PCI_STATE, look_at_taken, &t);
}

/* A number that sysfs writes with 0x in front; "?" if it is not there. */
static const char *number(uint32_t sbdf, const char *file, char line[16])
{
	if (!device_line(sbdf, file, line, 16))
		return "?";
	return strncmp(line, "0x", 2) == 0 ? line + 2 : line;
}

void pci_describe(uint32_t sbdf, char *text, size_t room)
{
	char vendor[16], device[16], class[16], driver[64];

	snprintf(text, room, "%s:%s class %.4s%s%s", number(sbdf, "vendor", vendor),
		 number(sbdf, "device", device), number(sbdf, "class", class),
		 driver_of(sbdf, driver) ? " driver " : "", driver_of(sbdf, driver) ? driver : "");
}
