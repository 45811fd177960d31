/* SPDX-License-Identifier: BSD-3-Clause */
/* The subcommands. Each gets the words after its name and returns the exit status of the process.
 */
#ifndef RSD_CLI_CLI_H
#define RSD_CLI_CLI_H

int rsd_cmd_bench(int argc, char **argv);
int rsd_cmd_bench_dp(int argc, char **argv);
int rsd_cmd_bench_rx(int argc, char **argv);
int rsd_cmd_run(int argc, char **argv);
int rsd_cmd_ctl(int argc, char **argv);
int rsd_cmd_load(int argc, char **argv);
int rsd_cmd_explain(int argc, char **argv);
int rsd_cmd_journey(int argc, char **argv);

#endif
