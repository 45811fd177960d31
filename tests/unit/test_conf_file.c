/* SPDX-License-Identifier: BSD-3-Clause */
/* The config file: text in, fields or one error line out; and the files we ship; and the help. */
#include "unit/conf_rows.h"

static const struct row files_rows[] = {
	{ "--config %F", "ip = 10.0.0.2/24\n", .want = "ip0=10.0.0.2/24@-1" },
	{ "--config=%F", "[run]\nip = 10.0.0.2/24\nburst = 7", .want = "burst=7" },
	{ "--config %F", "# c\n; c\n\n  ip=10.0.0.2/24 ; c\n\tburst = 8\r\n",
		.want = "ips=1 burst=8" },
	{ "--config %F", "\xef\xbb\xbfip = 10.0.0.2/24\n", .want = "ips=1" },
	{ "--config %F --burst 9", "ip = 10.0.0.2/24\nburst = 7\n", .want = "burst=9" },
	{ "--burst 9 --config %F", "ip = 10.0.0.2/24\nburst = 7\n", .want = "burst=9" },
	{ "--config %F " IP "--ip 10.0.0.3/24",
		"ip = 10.1.0.2/24\nip = 10.2.0.2/24\nip = "
		"10.3.0.2/24\n",
		.want = "ips=2 ip0=10.0.0.2/24@-1 ip1=10.0.0.3/24@-1" },
	{ "--config %F --cores 1", "ip = 10.0.0.2/24\ncores = 2,3\n", .want = "core0=1 ips=1" },
	{ "--config %F --pipeline sink", "ip = 10.0.0.2/24\nserve = time:37\n",
		.want = "pipeline=sink serves=0" },
	{ "-l 0 -- --config %F", "ip = 10.0.0.2/24\n", .want = "eal=1/2 ips=1" },
	{ "--config %F", "ip = 10.0.0.2/24\nguard = yes\nudp-checksum = skip\n",
		.want = "guard=1" },
	{ "--config %F", "ip = 10.0.0.2/24\nguard = no\n", .want = "guard=0" },
	{ "--config %F --guard --udp-checksum skip", "ip = 10.0.0.2/24\nguard = no\n",
		.want = "guard=1" },
	{ "--config %F", "ip = 10.0.0.2/24\nguard = on\n",
		.error = "%F:2: guard: is 'on', expected yes or no" },
	{ "--config %F", "ip = 10.0.0.2/24\nguard = yes\n",
		.error = "%F:2: guard: to verify a UDP checksum is to read the payload, expected "
			 "--udp-checksum skip, or offload to a device that does it" },
	{ "--config %F", "burst = 7\nburst = 8\n",
		.error = "%F:2: burst: given twice, first in line 1, expected once" },
	{ "--config %F", "\n\nburst = 300\n",
		.error = "%F:3: burst: 300 is out of range, expected 1 to 256" },
	{ "--config %F", "ip = 10.0.0.2/24\nbrust = 3\n",
		.error = "%F:2: brust: there is no such option, did you mean burst?" },
	{ "--config %F", "ip = 10.0.0.2/24\nconfig = other\n",
		.error = "%F:2: config: cannot stand in a file, expected on the command "
			 "line" },
	{ "--config %F", "check = 1\n",
		.error = "%F:1: check: cannot stand in a file, expected on the command "
			 "line" },
	{ "--config %F", "ip = 10.0.0.2/24\nburst =\n",
		.error = "%F:2: burst: has no value, expected N" },
	{ "--config %F", "ip = 10.0.0.2/24\nburst\n",
		.error = "%F:2: not understood, expected key = value" },
	{ "--config %F", "burst\nburst = 300\n",
		.error = "%F:1: not understood, expected key = value" },
	{ "--config %F", "[run\nip = 10.0.0.2/24\n",
		.error = "%F:1: not understood, expected key = value" },
	{ "--config %F", "ip = 10.0.0.2/24\n[engine]\n",
		.error = "%F:2: [engine]: there is no such section, expected [run] or "
			 "none" },
	{ "--config %F", "\xef\xbb\xbf[engine]\nip = 10.0.0.2/24\n",
		.error = "%F:2: stands in another section, expected [run] or none" },
	{ "--config %F", "ip = 10.0.0.2/24\nip = 10.0.0.3/24\nip = 10.0.0.2/16\n",
		.error = "%F:3: ip: address 10.0.0.2 is given twice, expected once" },
	{ "--config %F", "ip = 10.0.0.2/24\nserve = echo:7\nserve = time:7\n",
		.error = "%F:3: serve: 'time:7' and 'echo:7' want the same port, expected "
			 "each port "
			 "and address once" },
	{ "--config %F", "ip = 10.0.0.2/24\nvlan = 3@4\n",
		.error = "%F:2: vlan: there is no port 4, expected @0" },
	{ "--config %F", "pipeline = sink\nserve = time:37\n",
		.error = "%F:2: serve: the pipeline sink opens no sockets, expected the "
			 "pipeline "
			 "respond" },
	{ "--config %F --config %F", "ip = 10.0.0.2/24\n",
		.error = "--config: given twice, expected once" },
	{ "--config %F --burst 300", "ip = 10.0.0.2/24\nburst = 7\n",
		.error = "--burst: 300 is out of range, expected 1 to 256" },
};

static void
test_files(void)
{
	ROWS(files_rows);
}

/* The longest line that is taken, and one more: it must be refused, never cut. */
static void
test_long_lines(void)
{
	char words[128], *argv[WORDS_MAX], text[512];
	struct rsd_error err;
	static struct rsd_conf conf;
	unsigned int len, longest = 0;

	for (len = 40; len < 400; len++) {
		int n = snprintf(text, sizeof(text), "ip = 10.0.0.2/24\nport = net_tap0,iface=");
		const char *line = strchr(text, '\n') + 1;

		while (strlen(line) < len)
			text[n++] = 'x', text[n] = '\0';
		write_file(text, strlen(text));
		snprintf(words, sizeof(words), "--config %s", file_path);
		if (rsd_conf_parse(split(words, argv), argv, &conf, &err) == 0) {
			RSD_CHECK(longest == len - 1 || longest == 0,
				"taken after a longer one was not");
			RSD_CHECK_EQ(strlen(conf.ports[0].arg), len - strlen("port = "));
			longest = len;
			continue;
		}
		snprintf(words, sizeof(words),
			"%s:2: too long, expected at most %u characters a line", file_path,
			longest);
		RSD_CHECK(strcmp(err.text, words) == 0, "%u: %s", len, err.text);
	}
	RSD_CHECK(longest >= 190 && longest < 399, "longest was %u", longest);
}

static void
test_odd_files(void)
{
	static const char zero[] = "ip = 10.0.0.2/24\nname = a\0b\n";
	char words[128], *argv[WORDS_MAX], want[128];
	struct rsd_error err;
	static struct rsd_conf conf;

	write_file(zero, sizeof(zero) - 1);
	snprintf(words, sizeof(words), "--config %s", file_path);
	RSD_CHECK_EQ(rsd_conf_parse(split(words, argv), argv, &conf, &err), -EINVAL);
	snprintf(want, sizeof(want), "%s:2: has a zero byte, expected text", file_path);
	RSD_CHECK(strcmp(err.text, want) == 0, "%s", err.text);
	snprintf(words, sizeof(words), "--config /");
	RSD_CHECK_EQ(rsd_conf_parse(split(words, argv), argv, &conf, &err), -EINVAL);
	RSD_CHECK(
		strcmp(err.text, "/:1: cannot be read, expected a text file") == 0, "%s", err.text);
}

/* -- what is shipped ----------------------------------------------------------------------------
 */

static void
shipped_path(const char *name, char *path, size_t len)
{
	const char *source = getenv("RINGSIDE_SOURCE"), here[] = __FILE__;
	int root = (int)(sizeof(here) - sizeof("tests/unit/test_conf_file.c"));

	if (source != NULL)
		snprintf(path, len, "%s/config/%s", source, name);
	else
		snprintf(path, len, "%.*sconfig/%s", root, here, name);
}

static void
test_shipped_files(void)
{
	static const char *const names[] = { "ringside.conf", "laptop.conf", "two-queues.conf" };
	static struct rsd_conf conf;
	unsigned int i;

	for (i = 0; i < RTE_DIM(names); i++) {
		char words[512], path[400], *argv[WORDS_MAX];
		struct rsd_error err = { .text = "" };

		shipped_path(names[i], path, sizeof(path));
		snprintf(words, sizeof(words), "--config %s", path);
		RSD_CHECK(
			rsd_conf_parse(split(words, argv), argv, &conf, &err) == 0, "%s", err.text);
		RSD_CHECK(conf.nb_ips > 0, "%s has no address", names[i]);
	}
}

/*
 * config/ringside.conf shows every option. Those that stand behind a '#' must be good as well, and
 * a default shown there must be the one in the table.
 */
static void
test_shipped_file_is_complete(void)
{
	char path[400], line[400], all[16384] = "", words[128], *argv[WORDS_MAX];
	bool seen[RSD_OPTIONS_MAX] = { false };
	struct rsd_error err = { .text = "" };
	static struct rsd_conf conf;
	unsigned int i;
	FILE *f;

	shipped_path("ringside.conf", path, sizeof(path));
	f = fopen(path, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		const char *key = line + (line[0] == '#');
		size_t len = strspn(key, "abcdefghijklmnopqrstuvwxyz-");
		const struct rsd_option *opt = rsd_option_find(key, len);
		const char *value = key + len + 3;

		if (opt == NULL || strncmp(key + len, " = ", 3) != 0)
			continue;
		if (line[0] == '#' && opt->def != NULL && opt->nb_at == 0)
			RSD_CHECK(strncmp(value, opt->def, strlen(opt->def)) == 0 &&
					  value[strlen(opt->def)] == '\n',
				"default of %s is %s, shown is %s", opt->name, opt->def, value);
		seen[opt - rsd_options] = true;
		strncat(all, key, sizeof(all) - strlen(all) - 1);
	}
	fclose(f);
	for (i = 0; i < rsd_nb_options; i++)
		RSD_CHECK(seen[i] != rsd_options[i].cli_only, "%s", rsd_options[i].name);
	write_file(all, strlen(all));
	snprintf(words, sizeof(words), "--config %s", file_path);
	RSD_CHECK(rsd_conf_parse(split(words, argv), argv, &conf, &err) == 0, "%s", err.text);
}

/* The help is made of the same rows: each option, its range and its default stand in it. */
static void
test_help(void)
{
	char text[16384], line[128];
	int saved = dup(STDOUT_FILENO);
	FILE *f = tmpfile();
	unsigned int i;
	size_t n;

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fflush(stdout);
	dup2(fileno(f), STDOUT_FILENO);
	rsd_conf_usage();
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	for (i = 0; i < rsd_nb_options; i++) {
		const struct rsd_option *opt = &rsd_options[i];

		snprintf(line, sizeof(line), "\n  --%s%s%s\n", opt->name,
			opt->arg != NULL ? " " : "", opt->arg != NULL ? opt->arg : "");
		RSD_CHECK(strstr(text, line) != NULL, "no help for %s", opt->name);
	}
	RSD_CHECK(strstr(text, "at once, 1 to 256 (default: 32)\n") != NULL, "no range or default");
	for (i = 0, n = 0; text[i] != '\0'; i++) {
		n = text[i] == '\n' ? 0 : n + 1;
		RSD_CHECK(n <= 88, "a line has more than 88 columns near %.20s", text + i - n + 1);
	}
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "the config file, and the command line over it", test_files },
		{ "a line too long is refused, never cut", test_long_lines },
		{ "files that are no text", test_odd_files },
		{ "the files of config/ are good", test_shipped_files },
		{ "config/ringside.conf shows every option and its default",
			test_shipped_file_is_complete },
		{ "the help shows every option", test_help },
	};

	return run_tests("conf_file", tests, RTE_DIM(tests));
}
