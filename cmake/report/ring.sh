# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2034
# Reads consecutive files of one recording as one story; diagnose.sh sources this.
#
# The files are put in order of time and cut into groups. Each group is read together with the files
# before it that reach back far enough for a request to have begun there, and only the cases whose
# response lies in the group's own files count: so each case is found once. One tshark for each core.

# Seconds that a group looks back: the longest wait (a gateway's 120 s), and what it may remember before.
LOOK_BACK=300
# Bytes of a group's own files: what tshark needs of memory and the copy of disk goes with it.
GROUP_BYTES=256000000

# ring_files NAME...: the files, those of a folder too, one a line
ring_files() {
    for name; do
        if [ -d "$name" ]; then
            find "$name" -maxdepth 1 -type f ! -name '.*' | sort
        else
            printf '%s\n' "$name"
        fi
    done
}

# list_ring NAME...: start, end, packets, bytes, path to read and name of each file, in order of time.
# The newest file may still be written: its last packet is cut, and tools that merge refuse such a file.
list_ring() {
    ring_files "$@" | while IFS= read -r name; do
        nth=$((nth + 1))
        progress "file $nth: $name"
        capinfos -T -r -S -c -a -e "$name" >"$scratch/info" 2>"$scratch/errors"
        readable=$?
        IFS=$(printf '\t') read -r _ packets start end <"$scratch/info" || { complain "$name" 'is not a capture file'; continue; }
        path=$name
        if [ "$readable" != 0 ]; then
            path=$scratch/whole.$nth
            editcap -F pcapng "$name" "$path" 2>/dev/null
            grep -q 'cut short' "$scratch/errors" || { complain "$name" "$(sed -n 's/^capinfos: //;1p' "$scratch/errors")"; continue; }
        fi
        case $start in n/a) continue ;; esac
        printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$start" "$end" "$packets" "$(wc -c <"$name")" "$path" "$name"
    done | sort -n
}

# cut_ring: for each file of $scratch/ring the number of its group, and of groups that only look back at it:
# "GROUP own|before START PACKETS PATH NAME", in order of groups
cut_ring() {
    awk -F '\t' -v cores="$(nproc)" -v limit="$GROUP_BYTES" -v back="$LOOK_BACK" -v OFS='\t' '
        { start[NR] = $1; end[NR] = $2; packets[NR] = $3; size[NR] = $4; path[NR] = $5; name[NR] = $6; total += $4 }
        END {
            if (total / cores < limit)
                limit = total / cores
            for (i = 1; i <= NR; i++) {
                if (i == 1 || filled >= limit) {
                    first[++groups] = i
                    filled = 0
                }
                filled += size[i]
                last[groups] = i
            }
            for (g = 1; g <= groups; g++) {
                for (b = first[g]; b > 1 && start[first[g]] - end[b - 1] < back; b--)
                    ;
                for (i = b; i <= last[g]; i++)
                    print g, i < first[g] ? "before" : "own", start[i], packets[i], path[i], name[i]
            }
        }' "$scratch/ring"
}

# read_group NUMBER: its cases into $scratch/group.NUMBER.json, with the files they lie in
read_group() {
    merged=$scratch/merged.$1
    awk -F '\t' -v group="$1" '$1 == group' "$scratch/groups" >"$scratch/group.$1"
    cut -f 5 "$scratch/group.$1" | tr '\n' '\0' | (umask 077 && xargs -0 -x -s 1000000 mergecap -a -F pcapng -w "$merged") 2>"$scratch/said.$1" || return
    [ "$(id -u)" != 0 ] || chown 65534:65534 "$merged" || return
    tshark_with_module -2 -n -q -r "$merged" -o "mwg502.status_codes:$status_codes" -o mwg502.info_column:FALSE \
        ${ports:+-o "mwg502.ports:$ports"} ${keys:+-o "tls.keylog_file:$keys"} -z mwg502,json >"$scratch/read.$1" 2>"$scratch/said.$1" || return
    rm -f "$merged"
    awk -F '\t' -v OFS='\t' '{ print $2, $4, $6 }' "$scratch/group.$1" |
        jq -R -s -c --slurpfile cases "$scratch/read.$1" -f "$top/cmake/report/ring.jq" >"$scratch/group.$1.json"
}

# read_ring NAME...: all of it
read_ring() {
    list_ring "$@" >"$scratch/ring"
    cut_ring >"$scratch/groups"
    groups=$(cut -f 1 "$scratch/groups" | uniq | wc -l)
    result=0 group=0 running=''
    while [ "$group" -lt "$groups" ]; do
        group=$((group + 1))
        progress "group $group of $groups ($(wc -l <"$scratch/ring") files)"
        read_group "$group" &
        running="$running $!"
        reading=$running
        [ $((group % $(nproc))) != 0 ] && [ "$group" != "$groups" ] && continue
        for job in $running; do
            wait "$job" || result=1
        done
        running='' reading=''
    done
    progress ''
    need_module "$scratch"/said.*
    cat "$scratch"/said.* 2>/dev/null | sed -n 's/^[a-z]*: \(.*\)/diagnose.sh: \1/p' | sort -u >&2
    cat "$scratch"/group.*.json 2>/dev/null | jq -s -c 'sort_by(.epoch) | to_entries[] | {capture: .value.capture, case: (.key + 1)} + (.value | del(.capture, .case))' >"$scratch/cases"
    jq -r .capture "$scratch/cases" | sort | uniq -c | awk '{ n = $1; sub(/^ *[0-9]+ /, ""); print n "\t" $0 }' >"$scratch/with"
    cut -f 6 "$scratch/ring" | while IFS= read -r name; do
        printf '%s\t%s\n' "$(awk -F '\t' -v name="$name" '$2 == name { n = $1 } END { print n + 0 }' "$scratch/with")" "$(json_text "$name")"
    done >"$scratch/captures"
    of=$(wc -l <"$scratch/captures")
    case $format in
    json) cat "$scratch/cases" ;;
    table) jq -r -s -f "$top/cmake/report/table.jq" "$scratch/cases" ;;
    esac
    return "$result"
}
