# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2034
# Reads captures with tshark; diagnose.sh sources this. Sets up $scratch/cases (JSON, a case a line)
# and $scratch/captures (a line for each capture: number of cases, name, ports
# with connections that could not be decrypted as JSON).

# tshark with only our module and nobody's settings. It looks for a file of its own in the
# current folder, and must be allowed to. As root it would ignore a private plugin folder.
tshark_with_module() {
    (
        cd "$scratch" || exit
        export LC_ALL=C.UTF-8 HOME=/nonexistent WIRESHARK_CONFIG_DIR=/nonexistent
        export WIRESHARK_PLUGIN_DIR="$scratch/plugins"
        [ "$(id -u)" != 0 ] || exec setpriv --reuid=65534 --regid=65534 --clear-groups tshark "$@"
        exec tshark "$@"
    )
}

# Wireshark's version is that of the headers with which the module was built: to ask tshark would start it once more.
stage_module() {
    version=$({ pkg-config --modversion wireshark || unprivileged tshark --version; } 2>/dev/null | sed -n '1s/[^0-9]*\([0-9]*\.[0-9]*\)\..*/\1/p')
    epan=$scratch/plugins/$version/epan
    mkdir -p "$epan" && cp "$module" "$epan/" && chmod -R a+rX "$scratch/plugins" || exit 1
}

# need_module FILE...: what tshark said there; without the module it knows no preference of it
need_module() {
    ! cat "$@" 2>/dev/null | grep -q '"mwg502\.status_codes:.* unknown preference' || die "this tshark does not load $module, which was built for Wireshark $version"
}

# for_tshark FILE NAME: a path by which the unprivileged tshark can read the file as often as it
# likes; a copy in $scratch/NAME, for its eyes only, where the file is a pipe or closed to it
for_tshark() {
    case $1 in - | /*) path=$1 ;; *) path=$PWD/$1 ;; esac
    if [ "$1" != - ] && [ -f "$1" ] && unprivileged test -r "$path"; then
        printf '%s\n' "$path"
        return
    fi
    (umask 077 && if [ "$1" = - ]; then cat; else cat <"$1"; fi >"$scratch/$2") || return
    [ "$(id -u)" != 0 ] || chown 65534:65534 "$scratch/$2" || return
    printf '%s\n' "$scratch/$2"
}

# complain FILE MESSAGE: the one message about a capture
complain() {
    printf '%s: %s: %s\n' "${0##*/}" "$1" "$2" >&2
    return 1
}

# progress TEXT: only on a terminal, and gone when something is printed
progress() {
    [ ! -t 2 ] || printf '\r\033[K%s' "$1" >&2
}

# read_so_far PID FILE: how many bytes of the file the process has read, in both passes
read_so_far() {
    for link in /proc/"$1"/fd/*; do
        [ "$(readlink "$link")" = "$2" ] || continue
        sed -n 's/^pos:[^0-9]*//p' "/proc/$1/fdinfo/${link##*/}"
    done 2>/dev/null | awk '{ sum += $1 } END { print sum + 0 }'
}

# await PID NAME FILE: waits for tshark, with a percentage on a terminal
await() {
    if [ -t 2 ]; then
        [ "$of" -gt 1 ] && before="[$nth/$of] $2" || before=$2
        size=$(($(wc -c <"$3") + 1))
        while kill -0 "$1" 2>/dev/null && [ "$(sed -n 's/^State:[^A-Z]*\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null)" != Z ]; do
            progress "$before $(($(read_so_far "$1" "$3") * 50 / size)) %"
            sleep 0.5
        done
        progress ''
    fi
    wait "$1"
}

# run_tshark NAME FILE TABLE-OPTION...: the one reading of a capture, into $scratch/out and /errors
run_tshark() {
    of_name=$1 of_file=$2
    shift 2
    tshark_with_module -2 -n -q -r "$of_file" -o "mwg502.status_codes:$status_codes" -o mwg502.info_column:FALSE \
        ${ports:+-o "mwg502.ports:$ports"} ${keys:+-o "tls.keylog_file:$keys"} "$@" -z mwg502,encrypted -z "mwg502,json${case:+,mwg502.case == $case}" \
        >"$scratch/out" 2>"$scratch/errors" &
    reading=$!
    await "$reading" "$of_name" "$of_file"
    failed=$?
    reading=''
    return "$failed"
}

# complain_of_reading NAME: what tshark said about the capture; false where it said something
complain_of_reading() {
    need_module "$scratch/errors"
    if grep -q 'cut short' "$scratch/errors"; then
        complain "$1" 'is cut short in the middle of a packet; what lies before it was read'
    elif grep -q "isn't a capture file" "$scratch/errors"; then
        complain "$1" 'is not a capture file'
    elif [ -s "$scratch/errors" ] || [ "$failed" != 0 ]; then
        said=$(sed -n 's/^tshark: //;1p' "$scratch/errors")
        complain "$1" "${said:-tshark failed}"
    fi
}

# json_text NAME: as the inside of a JSON string
json_text() {
    text=$1 awk 'BEGIN {
        text = ENVIRON["text"]
        gsub(/[\\"]/, "\\\\&", text)
        gsub(/[[:cntrl:]]/, "?", text)
        printf "%s", text
    }'
}

# encrypted_ports: what $scratch/out says of them, as the inside of a JSON array
encrypted_ports() {
    awk -F '\t' '$1 == "encrypted" && $3 ~ /^[0-9]+$/ { printf "%s{\"port\":\"%s\",\"connections\":%d}", n++ ? "," : "", $2, $3 }' "$scratch/out"
}

# keep_cases NAME: the JSON of $scratch/out, with the capture's name, and its count
keep_cases() {
    before=$(wc -l <"$scratch/cases")
    text=$(json_text "$1") awk '/^\{/ { print "{\"capture\":\"" ENVIRON["text"] "\"," substr($0, 2) }' "$scratch/out" >>"$scratch/cases"
    printf '%s\t%s\t%s\n' "$(($(wc -l <"$scratch/cases") - before))" "$(json_text "$1")" "$(encrypted_ports)" >>"$scratch/captures"
}

# read_capture NAME: diagnoses it and prints what $format asks for
read_capture() {
    if [ "$1" != - ]; then
        [ -e "$1" ] || complain "$1" 'no such file' || return
        [ ! -d "$1" ] || complain "$1" 'is a directory, not a capture' || return
        [ -r "$1" ] || complain "$1" 'permission denied' || return
    fi
    capture=$(for_tshark "$1" capture) || complain "$1" 'cannot be read' || return
    [ -s "$capture" ] || complain "$1" 'is empty' || return
    case $format in
    table) run_tshark "$1" "$capture" -z "mwg502,cases${case:+,mwg502.case == $case}" ${annotated:+-z mwg502,comments} ;;
    csv) run_tshark "$1" "$capture" -z mwg502,csv ${annotated:+-z mwg502,comments} ;;
    *) run_tshark "$1" "$capture" ${annotated:+-z mwg502,comments} ;;
    esac
    keep_cases "$1"
    print_capture "$1"
    complain_of_reading "$1"
    result=$?
    [ ! "$annotated" ] || annotate "$capture" "$annotated" || return
    return "$result"
}
