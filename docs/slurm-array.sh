#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# One job of a Slurm array: the captures whose number in LIST is the job's, one capture for each job.
#
#   mkdir -p results
#   find /captures -name '*.pcap*' | sort >captures.list
#   sbatch --array=1-$(wc -l <captures.list) docs/slurm-array.sh captures.list results/
#
# Run it from the project's folder, which every machine must see, and build the plugin once before. Every machine needs the
# packages that the build needs.
# Each job writes results/N.csv; exit codes 3 (no 502) and 4 (an unexplained one) are results, too.
#SBATCH --job-name=mwg502
#SBATCH --cpus-per-task=1
#SBATCH --output=/dev/null
set -u
capture=$(sed -n "${SLURM_ARRAY_TASK_ID}p" "$1")
./diagnose.sh --no-install --csv -- "$capture" >"$2/$SLURM_ARRAY_TASK_ID.csv" 2>"$2/$SLURM_ARRAY_TASK_ID.log"
code=$?
case $code in 0 | 3 | 4) exit 0 ;; *) exit "$code" ;; esac
