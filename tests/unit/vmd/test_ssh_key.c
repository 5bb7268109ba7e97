// SPDX-License-Identifier: GPL-2.0-or-later
/* Public keys for SSH: what is one, and which are the same. */
#include "vmd/ssh_key.h"

#include "test.h"

static const char ed25519[] =
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKYOnUzO+QmDiz200///d7yppCHRBGjpXgriHoms"
	"PC9i someone@example.org";
static const char p256[] =
	"ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHuS"
	"MyEH66XM1wOzdMeKso45Yhv6jZOYXtvmaFlYuv60roMCKJUSpmkrnY2E31ssGUMzMUQO5HHAhbNm"
	"9Zu/n/c= someone@example.org";
static const char p384[] =
	"ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBLKI"
	"CpFLap44Bxra9DucB1iGeVFEQMgqQSMk+J2leZIEtjPp1n56i/MRvLLfZVB2yI+H7Hxm90kxGPda"
	"BpUwqdsFCZaZXRYJ5XjszfHkLknUqOZanyakgykXGH00DUXaPw== someone@example.org";
static const char p521[] =
	"ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAGH"
	"5z811vBpgX4dyuwdR82WKDlgoAvegMvyqFHcsgVS6smC5MsG30YXm7fYyY530ConD7sHh/8Buvvh"
	"9nVwrfHHnQGMy5U9070OiSx4FANWTs9ux7PTGmyzFGj7PEUkU3k8W6SXg9/6fcg2w2jx2C27zUoo"
	"P5C6ATD7TYbhC8c45fP5JA== someone@example.org";
static const char rsa[] =
	"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCjE8Ka5eQgmS4zGCG2to9gepSTwzcKxPV0Gd1s"
	"tPw7wPzWymFHRoU7QVHVZX16va5s6Jl2K0M58JgniKEwlylonqBHNKWtq4gnOBTWR4iA301MR0sM"
	"SAocY3oUOssxZ3fv4KXiJlo883KbpMceBYj/aSTtqxDi/ueLO2dRmn510AD2rmYriuQJ6ANQBBu+"
	"NbdbTEJNwLI34ccjqvDVmENo2gZnC4xKGYIz3y6aIdy/ap2kjRIRkpcgMFrAe5BFpqzU9m9utYI3"
	"4vczvJ6Exx6TTUd70lQFCFibETlZthKJA5SjhXNgpLTGa3S1kmccUm4JF1c/L3ZB/xAwNDEmi+cP"
	" someone@example.org";
static const char rsa_short[] =
	"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDHvWL2JUncTX5gWer6DDl6TlXIOlmrkGtUXDRa"
	"3yJBDtkyxN4rYvjo5JrxoUVQevXb3hdeXpYQIpUrWBtQ2rj/ZJDTiGSAJPda90hFiSe/9lurRfFS"
	"jyrRp3Bdj6bQYaJFTZ/A7DPILppTeqG5wlD+P/O5XRErJLylDeLshocE1w== someone@example"
	".org";

static void test_good(void **state)
{
	const char *const good[] = { ed25519, p256, p384, p521, rsa };
	struct reason why;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (ssh_key_check(good[i], &why) < 0)
			fail_msg("%s: %s", good[i], why.text);
}

static void refuse(const char *line, const char *words)
{
	struct reason why = { "" };

	assert_int_equal(ssh_key_check(line, &why), -1);
	assert_reason(why, words);
}

static void test_refused(void **state)
{
	char line[SSH_KEY_LINE + 10];

	(void)state;
	refuse("", "begins with");
	refuse("ssh-dss AAAA", "begins with");
	refuse("ssh-ed25519", "base64");
	refuse("ssh-ed25519 ", "base64");
	refuse("ssh-ed25519 !!!!", "base64");
	refuse("ssh-ed25519 AAAA=AAA", "base64");
	refuse("ssh-ed25519 AAAA", "type");
	refuse("ssh-ed25519 /////w==", "type");
	refuse(rsa_short, "2048");
	snprintf(line, sizeof(line), "command=\"sh\" %s", ed25519);
	refuse(line, "begins with");
	snprintf(line, sizeof(line), "%s\n%s", ed25519, p256);
	refuse(line, "control");
	/* Another type in front, and a key that is cut off or goes on. */
	snprintf(line, sizeof(line), "ssh-rsa %s", ed25519 + strlen("ssh-ed25519 "));
	refuse(line, "type");
	snprintf(line, sizeof(line), "%.64s", ed25519);
	refuse(line, "damaged");
	snprintf(line, sizeof(line), "%.80sAAAA", ed25519);
	refuse(line, "damaged");
	snprintf(line, sizeof(line), "ecdsa-sha2-nistp384 %s",
		 p256 + strlen("ecdsa-sha2-nistp256 "));
	refuse(line, "type");
	memset(line, 'a', SSH_KEY_LINE);
	line[SSH_KEY_LINE] = '\0';
	refuse(line, "longer");
}

static void test_same(void **state)
{
	char line[SSH_KEY_LINE];

	(void)state;
	snprintf(line, sizeof(line), "command=\"sh -c x\",no-pty %.80s another comment", ed25519);
	assert_true(ssh_key_same(line, ed25519));
	assert_false(ssh_key_same(p256, ed25519));
	assert_false(ssh_key_same("", ""));
	assert_false(ssh_key_same("ssh-ed25519", "ssh-ed25519"));
	assert_false(ssh_key_same("# ssh", ed25519));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_same),
	};

	return cmocka_run_group_tests_name("vmd ssh_key", tests, NULL, NULL);
}
